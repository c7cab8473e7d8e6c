/*
 * query - SQLite statements for the other files of this folder: bind in order, step, look once at the end.
 */
#include "base/hash.h"
#include "store/internal.h"

#define WAIT_MILLIS 5000 /* limit state, ms: for another spamtrail to let go of the state */
#define SUM_SEED UINT64_C(0x53746f726553756d)

int store_connect(struct store *s, const struct home *p, const char *name, int flags, struct err *err)
{
	char file[PATH_MAX + HOME_NAME];

	snprintf(file, sizeof(file), "%s/%s", p->path, name);
	flags |= SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	if (sqlite3_open_v2(file, &s->db, flags, NULL) != SQLITE_OK)
		return err_set(err, EXIT_IO, "%s: %s", file, sqlite3_errmsg(s->db));
	sqlite3_busy_timeout(s->db, WAIT_MILLIS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	return store_run(s, "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0", err);
}

bool store_passes_by(struct store *s)
{
	switch (sqlite3_errcode(s->db) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_NOMEM:
	case SQLITE_IOERR:
	case SQLITE_FULL:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return true;
	default:
		return false;
	}
}

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
