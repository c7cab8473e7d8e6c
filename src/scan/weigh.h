/*
 * weigh - the reasons against one file: each rule looks at an event, or at the whole file, and adds its weight.
 *
 * Who adds what: weigh_run.c what is run, weigh_files.c files, weigh_sent.c what leaves the server, weigh_whole.c the file as a
 * whole. No reason knows a name of any malware: it says what flows where. Weights are in tenths.
 *
 * TRUST: an event's texts are the scanned text's: any bytes, compared and never followed.
 */
#ifndef SPAMTRAIL_SCAN_WEIGH_H
#define SPAMTRAIL_SCAN_WEIGH_H

#include "base/span.h"
#include "model/scan.h"

struct quick;
struct event;
struct events;
struct judgement;

/* Names of a program elsewhere that a script of its own may use: a class it needs, a word misspelt. */
enum { OUTSIDE_MOST = 3 };

/* Tokens of a script that does one thing. */
enum { TINY = 60, TINY_FETCH = 150, SMALL = 500 };

#define OUTSIDE (M_FIELD | M_BODY | M_HEADER)
#define BIT(sink) (UINT64_C(1) << (sink))

struct weighing {
	const struct quick *q;
	const struct events *ev;
	struct judgement *j;
	int by_class[SCAN_CLASSES];
	bool unset; /* a variable that nothing here sets is set by nobody, but old PHP took requests' fields for such */
	bool alone; /* a script of its own, no part of a program */
	bool small; /* and hardly more than what is told */
	struct span steered[24]; /* different functions on files that a request steers */
	uint32_t steereds, loose;
	bool connects, queries, accounts, links, commands;
	uint32_t hides; /* lists of the site that it changes */
	bool leaves; /* the visitor is sent to another host */
	bool kept; /* a request's text is written to a file */
	bool mutes, mails; /* the line that tells which script mails is turned off; it mails */
	bool ages; /* files are given times that are not now */
	bool sendmail, others, piped; /* sendmail is run; other commands are; a request's text is written */
};

/* RULE and TEXT are constants; each rule counts once, at its heaviest. E: the event it comes from, or NULL. */
void weigh_add(struct weighing *w, const char *rule, uint8_t class, int weight, const struct event *e, const char *text);

/* Each takes the events of its sinks and leaves all others alone; some are more than one's. */
void weigh_run(struct weighing *w, const struct event *e);
void weigh_files(struct weighing *w, const struct event *e);
void weigh_sent(struct weighing *w, const struct event *e);
/* Last, as it goes by what the events were. */
void weigh_whole(struct weighing *w);

#endif
