/*
 * jsonw - a small JSON writer over a buffer: commas by itself, strings only through show_json.
 * The caller closes what it opens; there is no stack, so nothing recurses.
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
void jsonw_key(struct jsonw *w, const char *key);
void jsonw_span(struct jsonw *w, const char *key, struct span s);
void jsonw_str(struct jsonw *w, const char *key, const char *s);
void jsonw_u64(struct jsonw *w, const char *key, uint64_t v);
void jsonw_double(struct jsonw *w, const char *key, double v);
void jsonw_bool(struct jsonw *w, const char *key, bool v);
/* RFC 3339; a time of 0 is unknown and writes nothing. */
void jsonw_time(struct jsonw *w, const char *key, int64_t utc, const struct zone *zone);
/* A grade 'A' to 'C'; 0 writes nothing. */
void jsonw_grade(struct jsonw *w, char grade);
/* KEY with the path's text, and path_b64 where that is not UTF-8 (contract). */
void jsonw_path(struct jsonw *w, const char *key, struct span path);

#endif
