/*
 * scans - see scans.h. Numbers of clean files lie in parts of a million, so that no row is larger than 8 MB.
 *
 * TRUST: the file may come from a restored backup or a disk that fails: only our own schema is accepted, no trigger or view
 * runs, and a row whose sum is wrong does not count. Findings were packed from what a scanner said, and are unpacked with
 * every length checked.
 */
#include "store/scans.h"

#include "base/codec.h"
#include "base/hash.h"
#include "store/internal.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define SCANS_NAME "scan.db"
#define PART ((size_t)1 << 20)
#define PARTS_MOST 64
/* Of folders that nobody scans any more. */
#define FORGET_SECONDS (INT64_C(180) * 86400)
/* Files of one folder of which something was said; and the bytes of all that together. */
#define TOLD_MOST 20000
#define TOLD_BYTES ((size_t)16 << 20)

#define FINDING "finding(path BLOB PRIMARY KEY, at INTEGER, body BLOB, sum INTEGER)"
#define FOLDER                                                                                        \
	"folder(key BLOB PRIMARY KEY, engine INTEGER, files INTEGER, bytes INTEGER, at INTEGER, sum " \
	"INTEGER)"
#define PRINTS "prints(key BLOB, part INTEGER, body BLOB, sum INTEGER, PRIMARY KEY(key, part))"
#define SEED "seed(value INTEGER)"
#define TOLD "told(key BLOB, print INTEGER, body BLOB, sum INTEGER, PRIMARY KEY(key, print))"
#define VERSION 1
#define CREATE                                                                                        \
	"BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS " FINDING "; CREATE TABLE IF NOT EXISTS " FOLDER \
	"; CREATE TABLE IF NOT EXISTS " PRINTS "; CREATE TABLE IF NOT EXISTS " SEED                   \
	"; CREATE TABLE IF NOT EXISTS " TOLD "; PRAGMA user_version=1; COMMIT"

struct scans {
	struct store store;
	uint64_t seed;
};

/* --- opening ----------------------------------------------------------------------------------- */

static bool schema_ours(struct store *s)
{
	static const char *const expected[] = { "CREATE TABLE " FINDING, "CREATE TABLE " FOLDER,
						"CREATE TABLE " PRINTS, "CREATE TABLE " SEED,
						"CREATE TABLE " TOLD };
	const size_t tables = sizeof(expected) / sizeof(*expected);
	struct query q = query_new(s, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
	bool ours = true;
	size_t n = 0;

	for (; query_row(&q); n++)
		ours = ours && n < tables && span_eq(query_get_blob(&q, 0), span_str(expected[n]));
	return query_end(&q, s, NULL) == 0 && ours && n == tables;
}

static int read_seed(struct scans *s, struct err *err)
{
	struct query q = query_new(&s->store, "SELECT value FROM seed");
	bool there = query_row(&q);

	if (there)
		s->seed = (uint64_t)query_get_int(&q, 0);
	if (query_end(&q, &s->store, err) < 0)
		return -err->code;
	if (there)
		return 0;
	if (getrandom(&s->seed, sizeof(s->seed), 0) != sizeof(s->seed))
		return err_sys(err, EXIT_IO, "no random number can be had");
	q = query_new(&s->store, "INSERT INTO seed(value) VALUES(?)");
	query_int(&q, (int64_t)s->seed);
	query_row(&q);
	return query_end(&q, &s->store, err);
}

static int begin(struct scans *s, const struct home *p, struct err *err)
{
	int rc = home_make_file(p, SCANS_NAME, err);

	if (rc == 0)
		rc = store_connect(&s->store, p, SCANS_NAME, SQLITE_OPEN_READWRITE, err);
	if (rc == 0)
		rc = store_run(&s->store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; " CREATE, err);
	if (rc == 0 && !schema_ours(&s->store))
		rc = err_set(err, EXIT_IO, "%s/" SCANS_NAME " is no file of ours", p->path);
	return rc < 0 ? rc : read_seed(s, err);
}

int scans_open(const char *dir, struct scans **ret_scans, struct buf *note, struct err *err)
{
	struct scans *s = xcalloc(1, sizeof(*s));
	char aside[HOME_NAME];
	struct home p;
	int rc = home_open(dir, &p, err);

	if (rc < 0) {
		free(s);
		return rc;
	}
	rc = store_take_turn(&p, err);
	if (rc < 0) {
		close(p.dir);
		free(s);
		return rc;
	}
	rc = begin(s, &p, err);
	if (rc < 0 && (!s->store.db || !store_passes_by(&s->store))) {
		sqlite3_close(s->store.db);
		s->store.db = NULL;
		rc = home_set_aside(&p, SCANS_NAME, aside, err);
		if (rc == 0)
			rc = begin(s, &p, err);
		if (rc == 0)
			buf_addf(note, "%s/" SCANS_NAME " was damaged and is now %s: everything is read anew",
				 p.path, aside);
	}
	close(p.dir);
	if (rc < 0) {
		scans_close(s);
		return rc;
	}
	*ret_scans = s;
	return 0;
}

void scans_close(struct scans *s)
{
	if (!s)
		return;
	sqlite3_close(s->store.db);
	free(s);
}

uint64_t scans_seed(const struct scans *s)
{
	return s->seed;
}

/* --- clean files ------------------------------------------------------------------------------- */

static uint64_t folder_sum(const struct scans_folder *f, const struct scans_known *k)
{
	return store_sum(f->key, (int64_t)f->engine, (int64_t)k->files) + k->bytes;
}

/* False: nothing is known of it under these rules. */
static bool folder_known(struct scans *s, const struct scans_folder *f, struct scans_known *k)
{
	struct query q = query_new(&s->store, "SELECT engine, files, bytes, sum FROM folder WHERE key = ?");
	bool same = false;

	query_blob(&q, f->key);
	if (query_row(&q)) {
		k->files = (uint64_t)query_get_int(&q, 1);
		k->bytes = (uint64_t)query_get_int(&q, 2);
		same = (uint64_t)query_get_int(&q, 0) == f->engine &&
		       (uint64_t)query_get_int(&q, 3) == folder_sum(f, k);
	}
	return query_end(&q, &s->store, NULL) == 0 && same;
}

/* A row that is not sound is as if it were not there. */
static int load_told(struct scans *s, const struct scans_folder *f, struct arena *a, struct scans_known *k,
		     struct err *err)
{
	struct query q =
		query_new(&s->store, "SELECT print, body, sum FROM told WHERE key = ? ORDER BY print");
	size_t bytes = 0;

	query_blob(&q, f->key);
	k->told = xcalloc(TOLD_MOST, sizeof(*k->told));
	while (k->ntold < TOLD_MOST && bytes < TOLD_BYTES && query_row(&q)) {
		struct span body = query_get_blob(&q, 1);
		int64_t print = query_get_int(&q, 0);

		if (store_sum(body, print, (int64_t)f->engine) != (uint64_t)query_get_int(&q, 2))
			continue;
		bytes += body.n;
		k->told[k->ntold++] = (struct scans_told){ (uint64_t)print, arena_span(a, body) };
	}
	return query_end(&q, &s->store, err);
}

int scans_load(struct scans *s, const struct scans_folder *f, struct arena *a, struct scans_known *ret,
	       struct err *err)
{
	struct scans_known k = { 0 };
	struct query q;

	if (!folder_known(s, f, &k)) {
		*ret = (struct scans_known){ 0 };
		return 0;
	}
	q = query_new(&s->store, "SELECT body, part, sum FROM prints WHERE key = ? ORDER BY part");
	query_blob(&q, f->key);
	for (size_t part = 0; part < PARTS_MOST && query_row(&q); part++) {
		struct span body = query_get_blob(&q, 0);
		size_t n = body.n / sizeof(*k.print);

		/* a part that is not sound ends it: what lies behind is read anew */
		if (query_get_int(&q, 1) != (int64_t)part || body.n % sizeof(*k.print) ||
		    store_sum(body, (int64_t)part, (int64_t)f->engine) != (uint64_t)query_get_int(&q, 2))
			break;
		k.print = xrealloc(k.print, (k.n + n + 1) * sizeof(*k.print));
		if (n)
			memcpy(k.print + k.n, body.p, body.n);
		k.n += n;
	}
	if (query_end(&q, &s->store, err) < 0 || load_told(s, f, a, &k, err) < 0) {
		free(k.print);
		free(k.told);
		return -err->code;
	}
	*ret = k;
	return 0;
}

static int put_told(struct scans *s, const struct scans_folder *f, const struct scans_told *t,
		    struct err *err)
{
	struct query q =
		query_new(&s->store, "INSERT OR REPLACE INTO told(key, print, body, sum) VALUES(?,?,?,?)");

	query_blob(&q, f->key);
	query_int(&q, (int64_t)t->print);
	query_blob(&q, t->body);
	query_int(&q, (int64_t)store_sum(t->body, (int64_t)t->print, (int64_t)f->engine));
	query_row(&q);
	return query_end(&q, &s->store, err);
}

static int forget(struct scans *s, const char *sql, struct span key, int64_t before, struct err *err)
{
	struct query q = query_new(&s->store, sql);

	query_blob(&q, key);
	query_int(&q, before);
	query_row(&q);
	return query_end(&q, &s->store, err);
}

static int put_part(struct scans *s, const struct scans_folder *f, size_t part, struct span body,
		    struct err *err)
{
	struct query q = query_new(&s->store, "INSERT INTO prints(key, part, body, sum) VALUES(?,?,?,?)");

	query_blob(&q, f->key);
	query_int(&q, (int64_t)part);
	query_blob(&q, body);
	query_int(&q, (int64_t)store_sum(body, (int64_t)part, (int64_t)f->engine));
	query_row(&q);
	return query_end(&q, &s->store, err);
}

static int put_folder(struct scans *s, const struct scans_folder *f, const struct scans_known *k, int64_t now,
		      struct err *err)
{
	struct query q = query_new(
		&s->store,
		"INSERT OR REPLACE INTO folder(key, engine, files, bytes, at, sum) VALUES(?,?,?,?,?,?)");

	query_blob(&q, f->key);
	query_int(&q, (int64_t)f->engine);
	query_int(&q, (int64_t)k->files);
	query_int(&q, (int64_t)k->bytes);
	query_int(&q, now);
	query_int(&q, (int64_t)folder_sum(f, k));
	query_row(&q);
	return query_end(&q, &s->store, err);
}

static int in_one(struct scans *s, int rc, struct err *err)
{
	if (rc == 0)
		rc = store_run(&s->store, "COMMIT", err);
	if (rc < 0)
		store_run(&s->store, "ROLLBACK", NULL);
	return rc;
}

int scans_save(struct scans *s, const struct scans_folder *f, const struct scans_known *k, int64_t now,
	       struct err *err)
{
	int rc = store_run(&s->store, "BEGIN IMMEDIATE", err);

	if (rc < 0)
		return rc;
	rc = forget(s, "DELETE FROM prints WHERE key = ?1 OR key IN (SELECT key FROM folder WHERE at < ?2)",
		    f->key, now - FORGET_SECONDS, err);
	if (rc == 0)
		rc = forget(
			s, "DELETE FROM told WHERE key = ?1 OR key IN (SELECT key FROM folder WHERE at < ?2)",
			f->key, now - FORGET_SECONDS, err);
	for (size_t i = 0; rc == 0 && i < k->ntold && i < TOLD_MOST; i++)
		rc = k->told[i].body.n <= SCANS_BODY_MOST ? put_told(s, f, &k->told[i], err) : 0;
	if (rc == 0)
		rc = forget(s, "DELETE FROM folder WHERE key = ?1 OR at < ?2", f->key, now - FORGET_SECONDS,
			    err);
	for (size_t part = 0; rc == 0 && part < PARTS_MOST && part * PART < k->n; part++) {
		size_t n = k->n - part * PART < PART ? k->n - part * PART : PART;

		rc = put_part(s, f, part,
			      span_of((const char *)(k->print + part * PART), n * sizeof(*k->print)), err);
	}
	if (rc == 0)
		rc = put_folder(s, f, k, now, err);
	return in_one(s, rc, err);
}

/* --- findings ---------------------------------------------------------------------------------- */

/* The proof's steps are for the screen alone: --explain works them out again. */
static void pack_finding(const struct scan_finding *from, struct buf *body)
{
	struct packer p = { .out = body };
	struct codec c = { .to = &p };
	struct scan_finding f = *from;
	struct scan_reason reason[3] = { 0 };

	f.reasons = f.reasons < 3 ? f.reasons : 3;
	for (size_t i = 0; i < f.reasons; i++) {
		reason[i] = from->reason[i];
		reason[i].steps = 0;
		reason[i].decoded = SPAN_NONE;
	}
	f.reason = reason;
	code_scan_finding(&c, &f);
}

static int put_finding(struct scans *s, const struct scan_finding *f, int64_t now, struct err *err)
{
	struct query q =
		query_new(&s->store, "INSERT OR REPLACE INTO finding(path, at, body, sum) VALUES(?,?,?,?)");
	struct buf body = BUF_MAX(SCANS_BODY_MOST);

	pack_finding(f, &body);
	query_blob(&q, f->path);
	query_int(&q, now);
	query_blob(&q, buf_view(&body));
	query_int(&q, (int64_t)store_sum(buf_view(&body), now, 0));
	if (!body.over)
		query_row(&q);
	buf_free(&body);
	return query_end(&q, &s->store, err);
}

/* PATH/ and the first text behind all that begin so: "/" is followed by "0". */
static void bind_under(struct query *q, struct span path, struct buf *low, struct buf *high)
{
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	buf_span(low, path);
	buf_span(high, path);
	buf_byte(low, '/');
	buf_byte(high, '0');
	query_blob(q, path);
	query_blob(q, buf_view(low));
	query_blob(q, buf_view(high));
}

static int drop_under(struct scans *s, struct span folder, struct err *err)
{
	struct query q =
		query_new(&s->store, "DELETE FROM finding WHERE path = ? OR (path >= ? AND path < ?)");
	struct buf low = BUF_MAX(1 << 16), high = BUF_MAX(1 << 16);
	int rc;

	bind_under(&q, folder, &low, &high);
	query_row(&q);
	rc = query_end(&q, &s->store, err);
	buf_free(&low);
	buf_free(&high);
	return rc;
}

int scans_keep(struct scans *s, struct span folder, bool whole, const struct scan_finding *finding, size_t n,
	       int64_t now, struct err *err)
{
	int rc = store_run(&s->store, "BEGIN IMMEDIATE", err);

	if (rc < 0)
		return rc;
	if (whole)
		rc = drop_under(s, folder, err);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = put_finding(s, &finding[i], now, err);
	return in_one(s, rc, err);
}

int scans_found(struct scans *s, struct span path, size_t max, struct arena *a,
		struct scan_finding **ret_finding, size_t *ret_n, struct err *err)
{
	struct query q = query_new(
		&s->store,
		"SELECT body, at, sum FROM finding WHERE path = ? OR (path >= ? AND path < ?) ORDER BY path");
	struct buf low = BUF_MAX(1 << 16), high = BUF_MAX(1 << 16);
	struct scan_finding *found = NULL;
	size_t n = 0, room = 0;
	int rc;

	bind_under(&q, path, &low, &high);
	while (n < max && query_row(&q)) {
		struct span body = query_get_blob(&q, 0);
		struct unpacker u = { .left = arena_span(a, body) };
		struct codec c = { .from = &u, .arena = a };
		struct scan_finding f = { 0 };

		if (store_sum(body, query_get_int(&q, 1), 0) != (uint64_t)query_get_int(&q, 2))
			continue;
		code_scan_finding(&c, &f);
		if (!unpack_done(&u))
			continue;
		if (n == room) {
			room = room ? 2 * room : 16;
			found = xrealloc(found, room * sizeof(*found));
		}
		found[n++] = f;
	}
	rc = query_end(&q, &s->store, err);
	if (rc == 0) {
		*ret_finding = arena_alloc(a, (n + 1) * sizeof(*found));
		if (n)
			memcpy(*ret_finding, found, n * sizeof(*found));
		*ret_n = n;
	}
	free(found);
	buf_free(&low);
	buf_free(&high);
	return rc;
}
