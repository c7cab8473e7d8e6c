/*
 * whom - see whom.h. The verb's argument is no path: it is always this host's own logs that are asked, or ROOT's.
 *
 * That no log can be read is told where an incident was named; a sender is stopped all the same.
 * TRUST: as there; of a row only kind, id, account, grade and addresses are used.
 */
#include "app/whom.h"

#include "app/inquire.h"
#include "app/sought.h"
#include "model/rows.h"
#include "trace/queue_past.h"
#include "trace/wrote.h"

struct whom_logs {
	struct inquire in, late; /* IN.q is NULL where no log could be read; LATE: read once more, for PAST */
	struct wrote_known *known;
	struct queue_past past;
};

static bool is_incident_id(struct span s)
{
	size_t digits = 0;

	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (digits != 4 || s.n < 5 || s.n > 8)
		return false;
	for (size_t i = digits; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return true;
}

/* "auth:info", "user alice", or by its form: a path is a script, what has an @ a login, an address a relay, else a user. */
static void read_sender(struct span word, struct row *ret)
{
	enum sender_kind kind;

	*ret = (struct row){ .kind = KIND_LOCAL };
	if (sender_kind_take(&word, &kind))
		ret->kind = kind;
	else if (span_starts(word, SPAN("/")))
		ret->kind = KIND_SCRIPT;
	else if (span_find(word, 0, '@') >= 0)
		ret->kind = KIND_AUTH;
	else if (word.n && word.p[0] >= '0' && word.p[0] <= '9' && span_find(word, 0, '.') > 0)
		ret->kind = KIND_RELAY;
	ret->id = word;
}

static bool is_row(const struct row *r, const struct row *named)
{
	return r->kind == named->kind &&
	       (named->kind == KIND_AUTH ? span_eq_nocase(r->id, named->id) : span_eq(r->id, named->id));
}

/* What the logs know of whom the operator named: grade, places, addresses; he is named all the same without. */
static void find_sender(struct whom *w, struct span word)
{
	struct row *named = arena_alloc(w->arena, sizeof(*named));
	const struct inquiry *q = w->logs->in.q;
	struct row_walk rows = { .q = q };
	const struct row *row = named;
	const struct row *r;

	read_sender(word, named);
	if (named->kind == KIND_LOCAL)
		named->account = named->id;
	if (q)
		rows = rows_walk(q, ROWS_HEADS);
	while (q && row == named && (r = rows_next(&rows)) != NULL)
		if (is_row(r, named))
			row = rows_get(q, rows.next - 1, w->arena);
	rows_stop(&rows);
	w->unheard = row == named;
	w->rows = w->looked = row;
	w->nrows = w->nheld = w->nlooked = 1;
}

static void take_incident(struct whom *w, const struct incident *in)
{
	struct row *rows = arena_alloc(w->arena, (in->nrows + 1) * sizeof(*rows));
	struct row *looked = arena_alloc(w->arena, (in->nrows + 1) * sizeof(*looked));

	for (size_t r = 0; r < in->nrows; r++) {
		rows[r] = w->logs->in.q->rows[in->rows[r]];
		/* as plan/plan.c acts: who is named by what a suspect can spell keeps his mail, too */
		if (rows[r].grade == 'A')
			looked[w->nheld++] = rows[r];
	}
	w->nlooked = w->nheld;
	for (size_t r = 0; r < in->nrows; r++)
		if (rows[r].grade != 'A' && rows[r].kind == KIND_SCRIPT)
			looked[w->nlooked++] = rows[r];
	w->incident = arena_span(w->arena, incident_id(in));
	w->looked = looked;
	w->rows = rows;
	w->nrows = in->nrows;
}

static int find_incident(struct whom *w, struct span id, struct err *err)
{
	const struct inquiry *q = w->logs->in.q;
	const char *word = w->o->args[0];

	for (size_t i = 0; q && i < q->nincidents; i++)
		if (span_eq(incident_id(&q->incidents[i]), id)) {
			take_incident(w, &q->incidents[i]);
			return 0;
		}
	return sought_in_part(w->o, word, q ? q->unseen : NULL, q ? q->nunseen : 0,
			      options_no_incident(w->o, word, "in these logs", w->o->nargs, err), err);
}

static void take_known(struct whom *w, const struct inquire *in)
{
	struct whom_logs *l = w->logs;

	wrote_close(l->known);
	l->known = in->q && in->wrote.n ? wrote_open(in->wrote) : NULL;
	l->past = (struct queue_past){ .q = in->q, .known = l->known };
	w->past = l->known ? &l->past : NULL;
}

void whom_learn(struct whom *w)
{
	struct options logs = *w->o;
	struct inquire late;
	struct err unread;

	logs.nargs = 0;
	logs.quiet = logs.waiting = true;
	if (inquire(&logs, 0, NULL, &late, &unread) < 0 || !late.wrote.n) {
		inquire_end(&late);
		return;
	}
	take_known(w, &late);
	inquire_end(&w->logs->late);
	w->logs->late = late;
}

bool whom_has_script(const struct whom *w)
{
	for (size_t i = 0; i < w->nrows; i++)
		if (w->rows[i].kind == KIND_SCRIPT)
			return true;
	return false;
}

size_t whom_looked_at(const struct whom *w, size_t n)
{
	for (size_t i = 0; i < w->nrows; i++)
		if (is_row(&w->rows[i], &w->looked[n]) && span_eq(w->rows[i].account, w->looked[n].account))
			return i;
	return 0;
}

int whom_find(struct whom *w, struct err *err)
{
	struct span word = span_str(w->o->args[0]);
	struct options logs = *w->o;
	struct err why = { 0 };
	struct row named;
	int rc;

	w->logs = arena_alloc(w->arena, sizeof(*w->logs));
	logs.nargs = 0;
	logs.every_client = true;
	read_sender(word, &named);
	logs.waiting = named.kind == KIND_SCRIPT;
	rc = inquire(&logs, 0, NULL, &w->logs->in, &why);
	if (rc < 0)
		w->logs->in.q = NULL;
	if (is_incident_id(word)) {
		if (rc < 0)
			*err = why;
		else
			rc = find_incident(w, word, err);
		/* who his senders are is known only now */
		if (rc == 0 && whom_has_script(w))
			whom_learn(w);
		return rc;
	}
	find_sender(w, word);
	take_known(w, &w->logs->in);
	return 0;
}

static void take_clients(const struct whom *w, const struct inquiry *q, struct row *row)
{
	struct row_walk walk = rows_walk(q, ROWS_WHOLE);
	const struct row *r;

	row->nclients = row->clients_total = 0;
	while ((r = rows_next(&walk)) != NULL && !is_row(r, row))
		;
	if (r) {
		row->clients = arena_alloc(w->arena, (r->nclients + 1) * sizeof(*r->clients));
		row->nclients = r->nclients;
		row->clients_total = r->clients_total;
	}
	for (size_t c = 0; r && c < r->nclients; c++)
		row->clients[c].ip = arena_span(w->arena, r->clients[c].ip);
	rows_stop(&walk);
}

const struct row *whom_lately(const struct whom *w, unsigned seconds)
{
	struct options logs = *w->o;
	struct row *rows = arena_alloc(w->arena, (w->nrows + 1) * sizeof(*rows));
	struct err unread;
	struct inquire in;
	int rc;

	logs.nargs = 0;
	logs.quiet = logs.every_client = true;
	logs.newest = seconds;
	rc = inquire(&logs, 0, NULL, &in, &unread);
	for (size_t i = 0; rc == 0 && i < w->nrows; i++) {
		rows[i] = w->rows[i];
		take_clients(w, in.q, &rows[i]);
	}
	inquire_end(&in);
	return rc < 0 ? NULL : rows;
}

int whom_unknown(const struct whom *w, struct err *err)
{
	const struct inquiry *q = w->logs->in.q;
	struct options told = *w->o;
	struct buf command = BUF_MAX(16384);

	told.output = OUTPUT_SCREEN;
	options_command(w->o, "investigate", w->o->nargs, &command);
	err_set(err, EXIT_NOINPUT,
		"%.100s: the logs that were read and the queue know nobody of that name, and there is "
		"nothing to be closed; %.*s shows the names",
		w->o->args[0], (int)command.n, command.p);
	buf_free(&command);
	return sought_in_part(&told, w->o->args[0], q ? q->unseen : NULL, q ? q->nunseen : 0, -EXIT_NOINPUT,
			      err);
}

void whom_end(struct whom *w)
{
	if (!w->logs)
		return;
	wrote_close(w->logs->known);
	inquire_end(&w->logs->late);
	inquire_end(&w->logs->in);
}
