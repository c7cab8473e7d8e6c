/*
 * jsonw - a small JSON writer over a buffer: commas by itself, strings only through show_json.
 * The caller closes what it opens; there is no stack, so nothing recurses.
 *
 * TRUST: spans may be any bytes, and what is written is valid JSON all the same. KEY is our own text and is
 * not escaped. Nothing fails: what did not fit is remembered by the buffer and told by sink_end.
 */
#ifndef SPAMTRAIL_REPORT_JSONW_H
#define SPAMTRAIL_REPORT_JSONW_H

#include "base/buf.h"
#include "base/zone.h"

struct jsonw {
	struct buf *out;
	bool comma; /* the next value or key needs a comma before it */
};

/* C is { or [ ; KEY may be NULL inside a list. */
void jsonw_open(struct jsonw *w, const char *key, char c);
void jsonw_close(struct jsonw *w, char c);
/* What follows is the caller's one value. KEY NULL: only the comma, for a list's member. */
void jsonw_key(struct jsonw *w, const char *key);
void jsonw_span(struct jsonw *w, const char *key, struct span s);
void jsonw_str(struct jsonw *w, const char *key, const char *s);
void jsonw_u64(struct jsonw *w, const char *key, uint64_t v);
/* Up to six decimals, never an exponent; NaN and infinities, which JSON cannot say, become 0. */
void jsonw_double(struct jsonw *w, const char *key, double v);
void jsonw_bool(struct jsonw *w, const char *key, bool v);
/* RFC 3339; a time of 0 is unknown and writes nothing. */
void jsonw_time(struct jsonw *w, const char *key, int64_t utc, const struct zone *zone);
/* A grade 'A' to 'C'; 0 writes nothing. */
void jsonw_grade(struct jsonw *w, char grade);
/* KEY with the path's text, and path_b64 where that is not UTF-8 (contract). */
void jsonw_path(struct jsonw *w, const char *key, struct span path);

#endif
