/*
 * store - see store.h: opening with care, checking in full, baselines by age.
 *
 * Baselines are kept as generations. A run may only take one that ends before its own first line; as logs
 * rotate, that first line moves on, so several must wait. The newest is replaced until it lies a
 * sixth of the logs' length behind the one before it; what is older than the one in use is dropped.
 * That makes at most eight, and a sixth of a rotation's learning lost.
 *
 * TRUST: the file may come from a restored backup or a disk that fails. Only our own schema is accepted, no
 * trigger or view runs, and each row's sum must be right; else the file is set aside and a new one begun.
 */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define VERSION 4
#define TURN_TRIES 10000
#define TURN_NANOS 1000000
#define SPREAD 6
#define HEADER_BYTES 100
#define TABLES 5
#define BASELINE "baseline(as_of INTEGER PRIMARY KEY, first INTEGER, body BLOB, sum INTEGER)"
#define INCIDENT                                                                                      \
	"incident(n INTEGER PRIMARY KEY, id BLOB UNIQUE, since INTEGER, last INTEGER, senders BLOB, " \
	"sum INTEGER)"
#define LISTING                                                                                  \
	"listing(address BLOB, list BLOB, since INTEGER, cleared INTEGER, sum INTEGER, PRIMARY " \
	"KEY(address, list))"
#define KEPT "kept(name BLOB PRIMARY KEY, body BLOB, sum INTEGER)"
#define COMPLAINT "complaint(identity INTEGER PRIMARY KEY, at INTEGER, body BLOB, sum INTEGER)"
/* Version 1 had no listings, version 2 nothing kept, version 3 no complaints. */
#define CREATE                                                                                           \
	"BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS " BASELINE "; CREATE TABLE IF NOT EXISTS " INCIDENT \
	"; CREATE TABLE IF NOT EXISTS " LISTING "; CREATE TABLE IF NOT EXISTS " KEPT                     \
	"; CREATE TABLE IF NOT EXISTS " COMPLAINT "; PRAGMA user_version=4; COMMIT"

/* --- opening ----------------------------------------------------------------------------------- */

int store_take_turn(const struct home *p, struct err *err)
{
	const struct timespec nap = { .tv_nsec = TURN_NANOS };

	for (int i = 0; flock(p->dir, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, EXIT_IO, "%s cannot be locked", p->path);
		if (i == TURN_TRIES)
			return err_set(err, EXIT_IO, "%s is being opened by another spamtrail: try again",
				       p->path);
		nanosleep(&nap, NULL);
	}
	return 0;
}

static int64_t single(struct store *s, const char *sql)
{
	struct query q = query_new(s, sql);
	int64_t value = query_row(&q) ? query_get_int(&q, 0) : -1;

	query_end(&q, s, NULL);
	return value;
}

static int connect_to(const struct home *p, struct store *s, struct err *err)
{
	int rc = store_connect(s, p, FILE_NAME, SQLITE_OPEN_READWRITE, err);

	return rc < 0 ? rc : store_run(s, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL", err);
}

static bool schema_ours(struct store *s, size_t tables)
{
	static const char *const expected[] = { "CREATE TABLE " BASELINE, "CREATE TABLE " INCIDENT,
						"CREATE TABLE " LISTING, "CREATE TABLE " KEPT,
						"CREATE TABLE " COMPLAINT };
	/* in the order in which they came with the versions */
	struct query q = query_new(s, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY "
				      "name = 'complaint', name = 'kept', name");
	bool ours = true;
	size_t n = 0;

	for (; query_row(&q); n++)
		ours = ours && n < tables && span_eq(query_get_blob(&q, 0), span_str(expected[n]));
	return query_end(&q, s, NULL) == 0 && ours && n == tables;
}

static int baselines_verify(struct store *s, struct err *err)
{
	struct query q = query_new(s, "SELECT as_of, first, body, sum FROM baseline");
	bool sound = true;

	while (query_row(&q))
		sound = sound && store_sum(query_get_blob(&q, 2), query_get_int(&q, 0),
					   query_get_int(&q, 1)) == (uint64_t)query_get_int(&q, 3);
	if (query_end(&q, s, err) < 0)
		return -err->code;
	return sound ? 0 : err_set(err, EXIT_IO, "a baseline's sum is wrong");
}

static bool pages_sound(struct store *s)
{
	struct query q = query_new(s, "PRAGMA integrity_check(1)");
	bool sound = query_row(&q) && span_eq(query_get_blob(&q, 0), SPAN("ok"));

	return query_end(&q, s, NULL) == 0 && sound;
}

enum health { HEALTHY, DAMAGED, UNUSABLE };

static enum health examine(const struct home *p, struct store *s, struct err *err)
{
	struct stat st;
	int64_t tables;
	int64_t version;

	/* the database takes a file shorter than its header for a new one */
	if (fstatat(p->dir, FILE_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size > 0 && st.st_size < HEADER_BYTES)
		return DAMAGED;
	if (connect_to(p, s, err) < 0)
		return store_passes_by(s) ? UNUSABLE : DAMAGED;
	tables = single(s, "SELECT count(*) FROM sqlite_schema");
	version = single(s, "PRAGMA user_version");
	if (tables == 0 && version == 0)
		return store_run(s, CREATE, err) < 0 ? UNUSABLE : HEALTHY;
	if (version >= 1 && version < VERSION && pages_sound(s) && schema_ours(s, (size_t)version + 1)) {
		if (store_run(s, CREATE, err) < 0)
			return UNUSABLE;
		version = VERSION;
	}
	if (version > VERSION && pages_sound(s)) {
		err_set(err, EXIT_IO, "%s/" FILE_NAME " was made by a newer spamtrail", p->path);
		return UNUSABLE;
	}
	if (version != VERSION || !pages_sound(s) || !schema_ours(s, TABLES) ||
	    baselines_verify(s, err) < 0 || incidents_verify(s, err) < 0 || listings_verify(s, err) < 0 ||
	    kept_verify(s, err) < 0 || complaints_verify(s, err) < 0) {
		if (!store_passes_by(s))
			return DAMAGED;
		err_set(err, EXIT_IO, "%s/" FILE_NAME ": %s", p->path, sqlite3_errmsg(s->db));
		return UNUSABLE;
	}
	return HEALTHY;
}

int store_open(const char *dir, struct store **ret_store, struct buf *note, struct err *err)
{
	struct store *s = xcalloc(1, sizeof(*s));
	enum health health;
	char aside[HOME_NAME] = "";
	struct home p;
	int rc = home_open(dir, &p, err);

	if (rc < 0) {
		free(s);
		return rc;
	}
	rc = store_take_turn(&p, err);
	if (rc == 0)
		rc = home_make_file(&p, FILE_NAME, err);
	health = rc < 0 ? UNUSABLE : examine(&p, s, err);
	if (health == DAMAGED) {
		sqlite3_close(s->db);
		s->db = NULL;
		rc = home_set_aside(&p, FILE_NAME, aside, err);
		if (rc == 0)
			rc = home_make_file(&p, FILE_NAME, err);
		health = rc < 0 ? UNUSABLE : examine(&p, s, err);
	}
	if (health == HEALTHY && aside[0]) {
		salvage(&p, aside, s);
		buf_addf(note, "%s/" FILE_NAME " was damaged and is now %s: what was not sound begins anew",
			 p.path, aside);
	}
	close(p.dir);
	if (health != HEALTHY) {
		store_close(s);
		return -err->code;
	}
	*ret_store = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	sqlite3_close(s->db);
	free(s);
}

/* --- baselines --------------------------------------------------------------------------------- */

int store_past(struct store *s, int64_t first, struct buf *out, struct err *err)
{
	struct query q =
		query_new(s, "SELECT body FROM baseline WHERE as_of < ? ORDER BY as_of DESC LIMIT 1");

	query_int(&q, first);
	if (query_row(&q))
		buf_span(out, query_get_blob(&q, 0));
	if (out->over)
		out->n = 0;
	return query_end(&q, s, err);
}

static int baseline_drop(struct store *s, const char *sql, int64_t limit, struct err *err)
{
	struct query q = query_new(s, sql);

	query_int(&q, limit);
	query_row(&q);
	return query_end(&q, s, err);
}

static int baseline_add(struct store *s, const struct store_learnt *l, struct err *err)
{
	struct query q = query_new(s, "INSERT INTO baseline(as_of, first, body, sum) VALUES(?,?,?,?)");

	query_int(&q, l->as_of);
	query_int(&q, l->first);
	query_blob(&q, l->body);
	query_int(&q, (int64_t)store_sum(l->body, l->as_of, l->first));
	query_row(&q);
	return query_end(&q, s, err);
}

static int baseline_keep(struct store *s, const struct store_learnt *l, struct err *err)
{
	int64_t newest = single(s, "SELECT max(as_of) FROM baseline");
	int64_t before = single(s, "SELECT as_of FROM baseline ORDER BY as_of DESC LIMIT 1 OFFSET 1");
	int rc = 0;

	/* a run over older logs leaves the past as it is */
	if (l->as_of <= newest)
		return 0;
	if (newest >= l->first && before >= 0 && newest - before < (l->as_of - l->first) / SPREAD)
		rc = baseline_drop(s, "DELETE FROM baseline WHERE as_of = ?", newest, err);
	if (rc == 0)
		rc = baseline_drop(s,
				   "DELETE FROM baseline WHERE as_of < (SELECT max(as_of) FROM baseline "
				   "WHERE as_of < ?)",
				   l->first, err);
	return rc < 0 ? rc : baseline_add(s, l, err);
}

int store_save(struct store *s, const struct store_learnt *learnt, struct inquiry *q, struct err *err)
{
	int rc = store_run(s, "BEGIN IMMEDIATE", err);

	if (rc < 0)
		return rc;
	rc = learnt ? baseline_keep(s, learnt, err) : 0;
	if (rc == 0)
		rc = incidents_name(s, q, err);
	if (rc == 0)
		rc = store_run(s, "COMMIT", err);
	if (rc < 0)
		store_run(s, "ROLLBACK", NULL);
	return rc;
}
