/*
 * kept - bytes under a name, for who needs no table of his own: they are written whole and read whole.
 *
 * TRUST: names are ours; what a body means, and whether it makes sense, its owner checks. A row with a wrong sum damages
 * the file.
 */
#include "store/internal.h"

#define BODY_MOST (1u << 20) /* limit state, bytes: of one thing that is kept by name */

uint64_t kept_sum(struct span name, struct span body)
{
	return store_sum(body, 0, 0) + store_sum(name, 0, 0);
}

int kept_verify(struct store *s, struct err *err)
{
	struct query q = query_new(s, "SELECT name, body, sum FROM kept");
	bool sound = true;

	while (query_row(&q))
		sound = sound && kept_sum(query_get_blob(&q, 0), query_get_blob(&q, 1)) ==
					 (uint64_t)query_get_int(&q, 2);
	if (query_end(&q, s, err) < 0)
		return -err->code;
	return sound ? 0 : err_set(err, EXIT_IO, "the sum of something that was kept is wrong");
}

int kept_put(struct store *s, struct span name, struct span body, struct err *err)
{
	struct query q = query_new(s, "INSERT OR REPLACE INTO kept(name, body, sum) VALUES(?,?,?)");

	query_blob(&q, name);
	query_blob(&q, body);
	query_int(&q, (int64_t)kept_sum(name, body));
	query_row(&q);
	return query_end(&q, s, err);
}

int store_kept(struct store *s, const char *name, struct buf *out, struct err *err)
{
	struct query q = query_new(s, "SELECT body FROM kept WHERE name = ?");

	query_blob(&q, span_str(name));
	if (query_row(&q))
		buf_span(out, query_get_blob(&q, 0));
	return query_end(&q, s, err);
}

int store_keep(struct store *s, const char *name, struct span body, struct err *err)
{
	if (body.n > BODY_MOST)
		return err_set(err, EXIT_IO, "the state: more than 1 MiB was to be kept under %s", name);
	return kept_put(s, span_str(name), body, err);
}
