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

/* Judges FILE, which Q's look found suspect; EVENTS and everything it points to live in ARENA. */
void php_judge(const struct lexicon *words, const struct quick *q, struct span file, struct arena *arena, struct events *events, struct judgement *ret);

/* classes.c: events and the first look to reasons, class and verdict. */
void classes_judge(const struct quick *q, const struct events *ev, struct judgement *j);

#endif
