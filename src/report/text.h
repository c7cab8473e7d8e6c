/*
 * text - how numbers, times and shares are written for people and machines, the same in every locale.
 */
#ifndef SPAMTRAIL_REPORT_TEXT_H
#define SPAMTRAIL_REPORT_TEXT_H

#include "base/buf.h"
#include "base/zone.h"

struct inquiry;

/* The nearest whole number, within what fits. */
/* Nothing here fails or keeps memory: OUT gets whole pieces, and remembers itself what did not fit. */
uint64_t text_round(double v);
/* 15912 */
void text_u64(struct buf *out, uint64_t v);
/* 15,912 */
void text_count(struct buf *out, uint64_t v);
/* Up to DECIMALS (at most 6) digits behind the point, no trailing zeros; not a number: 0. */
void text_fixed(struct buf *out, double v, unsigned decimals);
/* 4.1 GB (powers of ten) */
void text_bytes(struct buf *out, uint64_t v);
/* 40 s, 75 min, 6 h, 3 days */
void text_duration(struct buf *out, int64_t seconds);
/* 18%; never 0% for some and never 100% for not all: "<1%", ">99%". WHOLE 0: "0%". */
void text_percent(struct buf *out, uint64_t part, uint64_t whole);
/* RFC 3339 with ZONE's offset, Z where that is UTC (ZONE == NULL). */
void text_rfc3339(struct buf *out, int64_t utc, const struct zone *zone);
/* The same for a reader: 2026-11-23 08:01:02 +01:00, or UTC. */
void text_moment(struct buf *out, int64_t utc, const struct zone *zone);
/* ", as of the log's last line, 2026-11-23 08:01:02 UTC"; nothing where Q goes by now. */
void text_as_of(struct buf *out, const struct inquiry *q, const struct zone *zone);
/* 01:52 on the day of REF, else "22 Nov 01:52", with the year when that differs too. */
void text_clock(struct buf *out, int64_t utc, int64_t ref, const struct zone *zone);
/* HISTORY of N columns summed up to COLUMNS (no more than N) bars; ASCII bars when ASCII. */
void text_spark(struct buf *out, const uint64_t *history, size_t n, size_t columns, bool ascii);

#endif
