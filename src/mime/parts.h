/*
 * parts - one message, or one JSON report, into a struct complaint.
 *
 * TRUST: every byte. GMime cuts the MIME tree, which is walked with a list of our own; header fields and texts are read
 * by repute/headers.h. Runs confined.
 */
#ifndef SPAMTRAIL_MIME_PARTS_H
#define SPAMTRAIL_MIME_PARTS_H

#include "repute/complaint.h"

#include <gmime/gmime.h>

void parts_read(struct arena *a, GMimeMessage *message, struct complaint *ret);
/* What is missing of BYTES, which are MESSAGE: a sentence; "" where nothing is. */
const char *parts_missing(GMimeMessage *message, struct span bytes);
/* No field of a letter's is in its head: anything that has colons would be a message to GMime. */
bool parts_no_mail(GMimeMessage *message);
/* Text that is no message: a bounce that somebody saved or quoted without its head. */
void parts_read_text(struct arena *a, struct span text, struct complaint *ret);
/* A message as bytes, inside a text or a report: its head says what the original is. */
void parts_original(struct arena *a, struct span bytes, struct complaint *c);

/* xarf.c: false where TEXT is no XARF report. */
bool xarf_read(struct arena *a, struct span text, struct complaint *c);

/* bounce.c: what a bounce says in words; FROM and SUBJECT of the message. */
bool bounce_is(struct span from, struct span subject, struct span return_path);
void bounce_read(struct arena *a, struct span text, struct complaint *c);

/* Cuts at COMPLAINT_TEXT_MOST, copied into A. */
struct span part_text(struct arena *a, struct span s);

#endif
