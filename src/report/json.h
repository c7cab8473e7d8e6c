/*
 * json - the finished investigation as the contract's `investigate --json`: one object, one line.
 */
#ifndef SPAMTRAIL_REPORT_JSON_H
#define SPAMTRAIL_REPORT_JSON_H

#include "model/inquiry.h"
#include "report/sink.h"

struct zone;
struct jsonw;

/* ZONE: ROOT's time zone, NULL = UTC. WITH_STATS adds the key "stats" (--stats --json). */
void json_inquiry(struct sink *s, const struct inquiry *q, const struct zone *zone, bool with_stats);

/* What other verbs' objects share. VERB is the schema's middle word; opens the object. */
void json_schema(struct jsonw *w, const char *verb);
/* "complete" and "unseen": in every object, so that a script can tell "nothing found" from "not looked". */
void json_complete(struct jsonw *w, const struct inquiry *q);
/* Keys of an object that the caller has opened. */
void json_counts(struct jsonw *w, const struct counts *c);
/* One {"grade","file","line","offset","text"}. */
void json_evidence(struct jsonw *w, const struct evidence *e);

#endif
