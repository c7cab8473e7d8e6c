/*
 * php - one file: first look, engine, judgement.
 *
 * TRUST: the file is an attacker's. Time and memory are limited whatever is in it; a limit that was hit is told.
 */
#ifndef SPAMTRAIL_SCAN_PHP_H
#define SPAMTRAIL_SCAN_PHP_H

#include "model/scan.h"
#include "scan/event.h"
#include "scan/value.h"
#include "scan/lexicon.h"
#include "scan/quick.h"

/* One thing that counts against the file. */
struct reason {
	const char *rule; /* php.code.request */
	const char *text; /* a sentence */
	int weight; /* tenths */
	uint8_t class;
	uint32_t event; /* the event it comes from plus one, 0: none */
};

enum { REASONS_MOST = 24 };

struct judgement {
	enum scan_verdict verdict;
	enum scan_class class;
	int score; /* tenths */
	struct reason reason[REASONS_MOST];
	uint32_t reasons;
	uint32_t limits; /* enum event_limit */
	bool looked; /* the engine ran */
};

/*
 * Judges FILE, which Q's look found suspect; EVENTS and everything it points to live in ARENA. EVENTS
 * also points into FILE, whose bytes have to outlive it. FILE is under 4 GiB. Cannot fail; RET->limits
 * says what was not looked at to its end.
 */
void php_judge(const struct lexicon *words, const struct quick *q, struct span file, struct arena *arena, struct events *events, struct judgement *ret);

/*
 * classes.c: events and the first look to reasons, class and verdict. Adds to J, which begins zeroed:
 * score in tenths, each rule once. A reason's texts are constants.
 */
void classes_judge(const struct quick *q, const struct events *ev, struct judgement *j);
/* The same for what stands outside of classes, of which Q is the look (quick_apart). J, which has the whole file's, becomes the worse. */
void classes_judge_apart(const struct quick *q, const struct events *ev, struct judgement *j);

#endif
