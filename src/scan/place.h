/*
 * place - what counts against a script because of where it lies and who may write to it, whatever it does.
 *
 * TRUST: path, mode and bytes are the account's.
 */
#ifndef SPAMTRAIL_SCAN_PLACE_H
#define SPAMTRAIL_SCAN_PLACE_H

#include "base/span.h"

struct events;
struct file_status;
struct judgement;
struct lexicon;
struct quick;

/* PATH's name says that a web server runs it. */
bool place_runs(struct span path);
/* PATH's name says that other files are packed in it; and that it is of a kind that is opened (scan/archive.h). */
bool place_packs(struct span path);
bool place_opens(struct span path);
/* Adds to J, which has the engine's own judgement on EV, and weighs again. PATH is absolute. */
void place_judge(const struct lexicon *words, struct span path, const struct file_status *st,
		 const struct quick *q, struct span bytes, struct events *ev, struct judgement *j);

#endif
