/*
 * query - SQLite statements for the other files of this folder: bind in order, step, look once at the end.
 */
#include "base/hash.h"
#include "store/internal.h"

#define SUM_SEED UINT64_C(0x53746f726553756d)

struct query query_new(struct store *s, const char *sql)
{
	struct query q = { 0 };

	q.rc = sqlite3_prepare_v2(s->db, sql, -1, &q.stmt, NULL);
	return q;
}

void query_int(struct query *q, int64_t value)
{
	if (q->rc == SQLITE_OK)
		q->rc = sqlite3_bind_int64(q->stmt, ++q->bound, value);
}

void query_blob(struct query *q, struct span bytes)
{
	if (q->rc == SQLITE_OK)
		q->rc = sqlite3_bind_blob64(q->stmt, ++q->bound, bytes.n ? bytes.p : "", bytes.n,
					    SQLITE_STATIC);
}

bool query_row(struct query *q)
{
	if (q->rc == SQLITE_OK || q->rc == SQLITE_ROW)
		q->rc = sqlite3_step(q->stmt);
	return q->rc == SQLITE_ROW;
}

int64_t query_get_int(const struct query *q, int column)
{
	return sqlite3_column_int64(q->stmt, column);
}

struct span query_get_blob(const struct query *q, int column)
{
	const void *p = sqlite3_column_blob(q->stmt, column);

	return span_of(p, p ? (size_t)sqlite3_column_bytes(q->stmt, column) : 0);
}

int query_end(struct query *q, struct store *s, struct err *err)
{
	int rc = q->rc;

	sqlite3_finalize(q->stmt);
	q->stmt = NULL;
	if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
		return 0;
	return err_set(err, EXIT_IO, "the state: %s", sqlite3_errmsg(s->db));
}

int store_run(struct store *s, const char *sql, struct err *err)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return err_set(err, EXIT_IO, "the state: %s", sqlite3_errmsg(s->db));
}

uint64_t store_sum(struct span bytes, int64_t a, int64_t b)
{
	return hash_mix(hash_mix((uint64_t)a ^ SUM_SEED) + (uint64_t)b) ^ hash_span(bytes, SUM_SEED);
}
