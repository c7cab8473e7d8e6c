/*
 * journal - see journal.h.
 *
 * One table; every row has a sum over its fields, since a page that the database takes for sound may still hold
 * wrong bytes. A row whose sum is wrong makes the file a damaged one: nothing is undone on a guess.
 *
 * TRUST: the file may come from a restored backup or a failing disk. What a row says is checked again by who acts.
 */
#include "store/journal.h"
#include "base/codec.h"

#include "store/internal.h"

#include <stdlib.h>
#include <unistd.h>

#define JOURNAL "journal.db"
#define VERSION 1
#define ROW_MOST (256u << 20) /* limit state, bytes: of one row of the journal */
#define TABLE "action(id INTEGER PRIMARY KEY, state INTEGER, row BLOB, sum INTEGER)"
#define CREATE "BEGIN IMMEDIATE; CREATE TABLE " TABLE "; PRAGMA user_version=1; COMMIT"
/* PERSIST: one file is not made and removed with every step. EXCLUSIVE: there is one actor at a time. */
#define MODE                                                                                   \
	"PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=PERSIST; PRAGMA synchronous=FULL;" \
	"PRAGMA journal_size_limit=1048576"

struct journal {
	struct store s;
};

void journal_code_row(struct codec *c, struct journal_row *v)
{
	code_u64(c, &v->id);
	v->state = code_enum(c, v->state, ACT_STATES);
	v->by = code_enum(c, v->by, UNDONE_BYS);
	code_u32(c, &v->kind);
	code_grade(c, &v->grade);
	code_time(c, &v->planned);
	code_time(c, &v->changed);
	code_time(c, &v->expires);
	code_u64(c, &v->identity);
	code_span(c, &v->incident);
	code_span(c, &v->sender);
	code_span(c, &v->who);
	code_span(c, &v->what);
	code_span(c, &v->text);
	code_span(c, &v->action);
	code_span(c, &v->record);
}

static void pack_row(const struct journal_row *r, struct buf *out)
{
	struct packer packer = { .out = out };
	struct codec c = { .to = &packer };

	journal_code_row(&c, (struct journal_row *)r);
}

/* The row of QUERY's present line (id, state, row, sum), in A; false when it is damaged. */
static bool take_row(const struct query *q, struct arena *a, struct journal_row *ret)
{
	struct span bytes = query_get_blob(q, 2);
	struct unpacker u = { .left = arena_span(a, bytes) };
	struct codec c = { .from = &u, .arena = a };
	struct journal_row r = { 0 };

	journal_code_row(&c, &r);
	if (!unpack_done(&u) || r.id != (uint64_t)query_get_int(q, 0) ||
	    r.state != (uint64_t)query_get_int(q, 1) ||
	    store_sum(bytes, query_get_int(q, 0), query_get_int(q, 1)) != (uint64_t)query_get_int(q, 3))
		return false;
	*ret = r;
	return true;
}

/* --- opening ----------------------------------------------------------------------------------- */

static bool one_line(struct store *s, const char *sql, struct span wanted)
{
	struct query q = query_new(s, sql);
	bool same = query_row(&q) && span_eq(query_get_blob(&q, 0), wanted);

	return query_end(&q, s, NULL) == 0 && same;
}

static bool rows_sound(struct store *s)
{
	struct query q = query_new(s, "SELECT id, state, row, sum FROM action");
	struct arena *a = arena_new();
	struct journal_row row;
	bool sound = true;

	while (sound && query_row(&q))
		sound = take_row(&q, a, &row);
	arena_free(a);
	return query_end(&q, s, NULL) == 0 && sound;
}

static bool is_sound(struct store *s)
{
	return one_line(s, "PRAGMA user_version", SPAN("1")) &&
	       one_line(s, "PRAGMA integrity_check(1)", SPAN("ok")) &&
	       one_line(s, "SELECT group_concat(sql) FROM sqlite_schema WHERE sql IS NOT NULL",
			SPAN("CREATE TABLE " TABLE)) &&
	       rows_sound(s);
}

/* 0: damaged; negative: nothing can be said. */
static int unsound(const struct home *p, struct store *s, struct err *err)
{
	return store_passes_by(s)
		       ? err_set(err, EXIT_IO, "%s/" JOURNAL ": %s", p->path, sqlite3_errmsg(s->db))
		       : 0;
}

/* 1: sound; 0: damaged; negative: cannot be said, so nothing may be done. */
static int examine(const struct home *p, struct store *s, bool *ret_new, struct err *err)
{
	int rc = store_connect(s, p, JOURNAL, SQLITE_OPEN_READWRITE, err);

	if (rc == 0)
		rc = store_run(s, MODE, err);
	if (rc < 0)
		return store_passes_by(s) ? rc : 0;
	if (one_line(s, "SELECT count(*) FROM sqlite_schema", SPAN("0")) &&
	    one_line(s, "PRAGMA user_version", SPAN("0"))) {
		*ret_new = true;
		rc = store_run(s, CREATE, err);
		return rc < 0 ? rc : 1;
	}
	/* twice: a disk that could not be read for a moment is no damaged file */
	if (is_sound(s))
		return 1;
	return is_sound(s) ? 1 : unsound(p, s, err);
}

int journal_open(const char *dir, struct journal **ret_journal, bool *ret_new, struct buf *note,
		 struct err *err)
{
	struct journal *j = xcalloc(1, sizeof(*j));
	char aside[HOME_NAME] = "";
	struct home p;
	int rc = home_open(dir, &p, err);

	if (rc < 0) {
		free(j);
		return rc;
	}
	*ret_new = false;
	rc = home_make_file(&p, JOURNAL, err);
	if (rc == 0)
		rc = examine(&p, &j->s, ret_new, err);
	if (rc == 0) {
		sqlite3_close(j->s.db);
		j->s.db = NULL;
		rc = home_set_aside(&p, JOURNAL, aside, err);
		if (rc == 0)
			rc = home_make_file(&p, JOURNAL, err);
		if (rc == 0)
			rc = examine(&p, &j->s, ret_new, err);
		if (rc > 0)
			buf_addf(note,
				 "%s/" JOURNAL
				 " was damaged and is now %s: held files are known by their records",
				 p.path, aside);
	}
	close(p.dir);
	if (rc <= 0) {
		journal_close(j);
		return rc < 0 ? rc : err_set(err, EXIT_IO, "%s/" JOURNAL " cannot be made anew", dir);
	}
	*ret_journal = j;
	return 0;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	sqlite3_close(j->s.db);
	free(j);
}

/* --- rows -------------------------------------------------------------------------------------- */

static int write_row(struct journal *j, const char *sql, const struct journal_row *r, struct err *err)
{
	struct query q = query_new(&j->s, sql);
	struct buf bytes = BUF_MAX(ROW_MOST);
	int rc;

	pack_row(r, &bytes);
	if (bytes.over)
		bug("a journal row without end");
	query_int(&q, r->state);
	query_blob(&q, buf_view(&bytes));
	query_int(&q, (int64_t)store_sum(buf_view(&bytes), (int64_t)r->id, r->state));
	query_int(&q, (int64_t)r->id);
	query_row(&q);
	rc = query_end(&q, &j->s, err);
	buf_free(&bytes);
	return rc;
}

static uint64_t next_id(struct journal *j)
{
	struct query q = query_new(&j->s, "SELECT max(id) FROM action");
	uint64_t id = query_row(&q) ? (uint64_t)query_get_int(&q, 0) + 1 : 1;

	query_end(&q, &j->s, NULL);
	return id;
}

/* In one transaction: a plan is there whole or not at all. */
int journal_add(struct journal *j, struct journal_row *rows, size_t n, struct err *err)
{
	uint64_t id;
	int rc = store_run(&j->s, "BEGIN IMMEDIATE", err);

	if (rc < 0)
		return rc;
	id = next_id(j);
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (rows[i].id == 0)
			rows[i].id = id++;
		rc = write_row(j, "INSERT INTO action(state, row, sum, id) VALUES(?,?,?,?)", &rows[i], err);
	}
	if (rc == 0)
		rc = store_run(&j->s, "COMMIT", err);
	if (rc < 0)
		store_run(&j->s, "ROLLBACK", NULL);
	return rc;
}

int journal_step(struct journal *j, const struct journal_row *r, struct err *err)
{
	return write_row(j, "UPDATE action SET state = ?, row = ?, sum = ? WHERE id = ?", r, err);
}

int journal_list(struct journal *j, struct arena *a, uint32_t states, struct journal_row **ret_rows,
		 size_t *ret_n, struct err *err)
{
	struct query q =
		query_new(&j->s, "SELECT id, state, row, sum FROM action WHERE ? >> state & 1 ORDER BY id");
	struct journal_row *rows = NULL;
	size_t n = 0, cap = 0;
	bool sound = true;
	int rc;

	query_int(&q, states);
	while (sound && query_row(&q)) {
		if (n == cap) {
			cap = cap ? 2 * cap : 64;
			rows = xrealloc(rows, cap * sizeof(*rows));
		}
		sound = take_row(&q, a, &rows[n]);
		n += sound;
	}
	rc = query_end(&q, &j->s, err);
	if (rc == 0 && !sound)
		rc = err_set(err, EXIT_IO, "a row of " JOURNAL " is damaged");
	if (rows)
		arena_keep(a, rows);
	if (rc < 0)
		return rc;
	*ret_rows = rows;
	*ret_n = n;
	return 0;
}

/*
 * What ran out by its lifetime may be done again; what a person took back not without his knowing. Who had it done once
 * more after that has decided anew.
 */
int64_t journal_undone_at(struct journal *j, uint64_t identity, struct span incident, struct span sender)
{
	struct query q = query_new(&j->s, "SELECT id, state, row, sum FROM action ORDER BY id");
	struct arena *a = arena_new();
	struct journal_row r;
	int64_t at = 0;

	while (query_row(&q)) {
		if (!take_row(&q, a, &r) || r.identity != identity ||
		    !((incident.n && span_eq(r.incident, incident)) ||
		      (sender.n && span_eq(r.sender, sender))))
			continue;
		if (r.state == ACT_STATE_UNDONE && r.by == UNDONE_BY_OPERATOR)
			at = r.changed;
		else if (r.state == ACT_STATE_DONE || r.state == ACT_STATE_UNDONE)
			at = 0;
	}
	query_end(&q, &j->s, NULL);
	arena_free(a);
	return at;
}
