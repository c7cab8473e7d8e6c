/*
 * incident - which compromised senders belong together, how the first of them got in, and what happened when.
 *
 * Entry is told as what it is: a login from a network never seen, an upload into the folder that mails, a file
 * changed shortly before the first mail, requests that pair with messages far beyond chance. None of
 * them convicts anybody; they say where to look.
 */
#include "trace/conclude.h"

#include "base/civil.h"
#include "base/err.h"
#include "sys/beneath.h"
#include "trace/internal.h"

#include <stdlib.h>

#define ENTRY_BEFORE (7 * INT64_C(86400))
#define ENTRY_AFTER 120
#define ENTRY_SOON (6 * INT64_C(3600))
#define LOGS_YOUNG INT64_C(86400) /* so long from their beginning nobody's first login is news */
#define LOGINS_SHOWN 2
#define MOMENTS_MOST 24
#define ENTRY_KIND_MOST 4 /* moments of one kind and row */
#define PAIRS_LEAST 3
#define ROW_MOMENTS 3 /* of each row in the timeline */

_Static_assert(MOMENTS_MOST + ROW_MOMENTS * INCIDENT_ROWS_MOST <= INCIDENT_MOMENTS_MOST,
	       "the command line would refuse the largest incident");

struct story {
	struct trace *t;
	struct arena *a;
	struct incident *incident;
	struct moment entry[MOMENTS_MOST];
	size_t nentry;
};

static void entry_add(struct story *s, const struct moment *m, uint32_t evidence)
{
	struct moment *to;

	if (s->nentry == MOMENTS_MOST)
		return;
	to = &s->entry[s->nentry++];
	*to = *m;
	if (evidence != UINT32_MAX) {
		to->evidence = arena_alloc(s->a, sizeof(*to->evidence));
		to->evidence[0] = evidence;
		to->nevidence = 1;
	}
}

static bool beneath(struct span path, struct span folder)
{
	return folder.n > 1 && span_starts(path, folder) && (path.n == folder.n || path.p[folder.n] == '/');
}

static bool is_near(const struct web_access *x, const struct ranked *r, int64_t until)
{
	return x->at >= r->row->since - ENTRY_BEFORE && x->at <= until;
}

/* Into the folder that mails. */
static bool upload_fits(const struct trace *t, const struct web_access *x, const struct ranked *r)
{
	return x->kind == EV_UPLOAD && r->row->kind == KIND_SCRIPT &&
	       beneath(names_get(&t->names, x->path), r->row->id);
}

/* That mailbox's or account's own. */
static bool is_own_login(const struct trace *t, const struct web_access *x, const struct ranked *r)
{
	if (x->kind == EV_UPLOAD)
		return false;
	if (r->row->kind == KIND_AUTH)
		return span_eq(names_get(&t->names, x->user), r->row->id);
	return x->account != ACCOUNT_NONE && x->account == r->sender->account_index;
}

/* How somebody comes in to send: a mailbox's owner anyhow, an account's by what lets him leave a script there. */
static bool is_way_in(const struct web_access *x, const struct ranked *r)
{
	return r->row->kind == KIND_AUTH || x->dialect == DIALECT_SSH || x->dialect == DIALECT_FTP;
}

static int by_network(const void *a, const void *b)
{
	const struct web_access *x = *(const struct web_access *const *)a,
				*y = *(const struct web_access *const *)b;

	if (x->user != y->user)
		return x->user < y->user ? -1 : 1;
	if (x->net != y->net)
		return x->net < y->net ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void add_access(struct story *s, struct ranked *r, uint32_t index, const struct web_access *x)
{
	bool upload = x->kind == EV_UPLOAD;
	struct evidence proof = {
		.line = x->line,
		.offset = x->offset,
		.grade = 'B',
		.text = x->text,
	};
	struct moment m = { .at = x->at, .grade = 'B', .row = index };
	struct span ip = names_get(&s->t->names, x->ip);
	struct span path = names_get(&s->t->names, x->path);
	struct span user = names_get(&s->t->names, x->user);

	m.kind = upload ? SPAN("upload") : SPAN("login");
	m.text = upload ? claim_format(s->a, "%.*s uploaded by %.*s from %.*s", (int)path.n, path.p,
				       (int)user.n, user.p, (int)ip.n, ip.p)
			: claim_format(s->a, "first login of %.*s from %.*s", (int)user.n, user.p, (int)ip.n,
				       ip.p);
	proof.claim = m.text;
	entry_add(s, &m, row_add_evidence(s->t, s->a, r->row, x->file, &proof));
}

/*
 * Those nearest to UNTIL from a network that the login had not used. Everybody's first login in these logs stands at their
 * beginning, the owner's, too: only shortly before the change does one say anything there. Sorted, as whoever has a login
 * can come from as many networks as are remembered.
 */
static void add_logins(struct story *s, struct ranked *r, uint32_t index, int64_t until)
{
	const struct web_memory *w = &s->t->web;
	const struct web_access **own = xcalloc(w->naccess + 1, sizeof(struct web_access *)),
				*login[LOGINS_SHOWN] = { NULL };
	size_t nown = 0, n = 0;

	for (uint32_t i = 0; i < w->naccess; i++)
		if (is_own_login(s->t, &w->access[i], r))
			own[nown++] = &w->access[i];
	qsort(own, nown, sizeof(*own), by_network);
	for (size_t i = 0; i < nown; i++) {
		const struct web_access *x = own[i];
		bool first = i == 0 || own[i - 1]->user != x->user || own[i - 1]->net != x->net;
		size_t at = 0;

		while (at < n && login[at]->at >= x->at)
			at++;
		if (at == LOGINS_SHOWN || !first || !is_near(x, r, until) || !is_way_in(x, r) ||
		    (x->at - s->t->began < LOGS_YOUNG && until - x->at > ENTRY_SOON))
			continue;
		n += n < LOGINS_SHOWN;
		memmove(login + at + 1, login + at, (n - at - 1) * sizeof(*login));
		login[at] = x;
	}
	for (size_t i = 0; i < n; i++)
		add_access(s, r, index, login[i]);
	free(own);
}

static void add_accesses(struct story *s, struct ranked *r, uint32_t index)
{
	const struct web_memory *w = &s->t->web;
	int64_t until = r->row->since + ENTRY_AFTER;
	unsigned uploads = 0;

	for (uint32_t i = 0; i < w->naccess && uploads < ENTRY_KIND_MOST; i++)
		if (upload_fits(s->t, &w->access[i], r) && is_near(&w->access[i], r, until)) {
			add_access(s, r, index, &w->access[i]);
			uploads++;
		}
	/* of who sends little, the change is known to some messages only, which can be days */
	add_logins(s, r, index, r->alarm_at > until ? r->alarm_at : until);
}

/* How many of N requests would lie near a message by chance. */
static double chance(const struct sender *s)
{
	double span = (double)(s->last - s->first) + 1;
	double share = span > 0 ? (double)s->covered / span : 1;

	return share > 1 ? 1 : share;
}

static void add_requests(struct story *s, struct ranked *r, uint32_t index)
{
	const struct web_memory *w = &s->t->web;
	unsigned n = 0;

	for (uint32_t i = 0; i < w->ntarget && n < ENTRY_KIND_MOST; i++) {
		const struct web_target *x = &w->target[i];
		double share = x->posts ? (double)x->paired / (double)x->posts : 0;
		double by_chance = chance(r->sender);
		struct span path = names_get(&s->t->names, x->path);
		struct span site = names_get(&s->t->names, x->site);
		struct span ip = names_get(&s->t->names, x->client);
		bool most = web_most_posts(x);
		struct evidence proof = {
			.line = x->shown_line,
			.offset = x->shown_offset,
			.grade = 'B',
			.text = names_get(&s->t->names, x->shown_text),
		};
		struct moment m = { .at = x->shown_at, .grade = 'B', .kind = SPAN("request"), .row = index };

		if (sender_at(&s->t->senders, x->sender) != r->sender || x->paired < PAIRS_LEAST ||
		    share < 2 * by_chance)
			continue;
		n++;
		m.text = claim_format(
			s->a,
			"POST %.*s%.*s: %llu of %llu requests within 2 s of a message (by chance "
			"%.0f %%), %s%.*s",
			(int)site.n, site.p, (int)path.n, path.p, (unsigned long long)x->paired,
			(unsigned long long)x->posts, by_chance * 100,
			most ? "most from " : "from several addresses", most ? (int)ip.n : 0, ip.p);
		proof.claim = m.text;
		entry_add(s, &m, row_add_evidence(s->t, s->a, r->row, x->shown_file, &proof));
	}
}

static void add_file(struct story *s, struct ranked *r, uint32_t index, struct span path)
{
	struct file_status st;
	struct moment m = { .grade = 'A', .kind = SPAN("file"), .row = index };

	if (!s->t->o.status || path.n < 2 || path.p[0] != '/' || !s->t->o.status(s->t->o.ctx, path, &st))
		return;
	if (st.ctime < r->row->since - ENTRY_BEFORE || st.ctime > r->row->since + ENTRY_AFTER)
		return;
	m.at = st.ctime;
	m.text = claim_format(s->a, "%.*s changed (ctime), owner uid %u", (int)path.n, path.p, st.uid);
	/* a script that the log names and that requests lead to is one file */
	for (size_t i = 0; i < s->nentry; i++)
		if (s->entry[i].row == index && span_eq(s->entry[i].text, m.text))
			return;
	entry_add(s, &m, UINT32_MAX);
}

/* The folder that mails, the files in it that are known, and the script that the paired requests name. */
static void add_files(struct story *s, struct ranked *r, uint32_t index)
{
	const struct web_memory *w = &s->t->web;

	if (r->row->kind != KIND_SCRIPT)
		return;
	for (size_t i = 0; i < r->row->nplaces && i < ENTRY_KIND_MOST; i++)
		add_file(s, r, index, r->row->places[i].path);
	for (uint32_t i = 0; i < w->ntarget; i++) {
		const struct web_target *x = &w->target[i];
		struct span url = names_get(&s->t->names, x->path);
		ptrdiff_t slash = span_rfind(url, '/');

		if (sender_at(&s->t->senders, x->sender) != r->sender || x->paired < PAIRS_LEAST || slash < 0)
			continue;
		if (slash == 0 || span_ends(r->row->id, span_head(url, (size_t)slash)))
			add_file(s, r, index,
				 claim_format(s->a, "%.*s%.*s", (int)r->row->id.n, r->row->id.p,
					      (int)(url.n - (size_t)slash), url.p + slash));
	}
}

static int by_time(const void *x, const void *y)
{
	const struct moment *a = x;
	const struct moment *b = y;

	return a->at < b->at ? -1 : a->at > b->at;
}

static void timeline_fill(struct story *s, const struct ranked *ranked)
{
	struct incident *in = s->incident;
	size_t room = s->nentry + in->nrows * ROW_MOMENTS;
	size_t n = s->nentry;

	in->timeline = arena_alloc(s->a, (room + 1) * sizeof(*in->timeline));
	memcpy(in->timeline, s->entry, s->nentry * sizeof(*s->entry));
	for (size_t i = 0; i < in->nrows; i++) {
		const struct ranked *r = &ranked[in->rows[i]];
		struct moment m = { .row = in->rows[i], .grade = r->row->grade, .kind = SPAN("mail") };

		m.at = r->row->since;
		m.text = claim_format(s->a, "%.*s begins to send as it never did", (int)r->row->id.n,
				      r->row->id.p);
		in->timeline[n++] = m;
		m.at = r->alarm_at;
		m.text = claim_format(s->a, "%.*s is beyond doubt", (int)r->row->id.n, r->row->id.p);
		if (r->alarm_at)
			in->timeline[n++] = m;
		m.at = r->row->last;
		m.text = claim_format(s->a, "last message of %.*s in these logs", (int)r->row->id.n,
				      r->row->id.p);
		in->timeline[n++] = m;
	}
	in->ntimeline = n;
	qsort(in->timeline, n, sizeof(*in->timeline), by_time);
}

static void incident_tell(struct trace *t, struct arena *a, struct ranked *ranked, struct incident *in)
{
	struct story story = { .t = t, .a = a, .incident = in };

	for (size_t i = 0; i < in->nrows; i++) {
		struct ranked *r = &ranked[in->rows[i]];

		add_accesses(&story, r, in->rows[i]);
		add_requests(&story, r, in->rows[i]);
		add_files(&story, r, in->rows[i]);
	}
	qsort(story.entry, story.nentry, sizeof(*story.entry), by_time);
	in->entry = arena_alloc(a, (story.nentry + 1) * sizeof(*in->entry));
	memcpy(in->entry, story.entry, story.nentry * sizeof(*story.entry));
	in->nentry = story.nentry;
	timeline_fill(&story, ranked);
}

/* 1123a: month, day and a letter for the incidents that began on one day. */
static void incident_name(const struct trace *t, struct incident *list, size_t index)
{
	struct civil c;
	unsigned letter = 0;

	civil_split(list[index].since + zone_offset(t->o.zone, list[index].since), &c);
	snprintf(list[index].id, sizeof(list[index].id), "%02u%02u", c.month % 100, c.day % 100);
	for (size_t i = 0; i < index; i++)
		letter += strncmp(list[i].id, list[index].id, 4) == 0;
	if (letter < 26)
		snprintf(list[index].id + 4, sizeof(list[index].id) - 4, "%c", 'a' + (int)letter);
	else
		snprintf(list[index].id + 4, sizeof(list[index].id) - 4, "z%u", letter - 25);
}

static int by_since(const void *x, const void *y)
{
	const struct incident *a = x;
	const struct incident *b = y;

	return a->since < b->since ? -1 : a->since > b->since;
}

/*
 * The incident whose time overlaps this row's, or a new one; NULL where there are too many. LAST: of each
 * incident. Whatever overlaps the time from its first to its last message overlaps one of its rows.
 */
static struct incident *incident_of(struct inquiry *q, const int64_t *last, const struct row *row)
{
	for (size_t i = 0; i < q->nincidents; i++)
		if (row->since <= last[i] && q->incidents[i].since <= row->last)
			return &q->incidents[i];
	return q->nincidents < INCIDENTS_MOST ? &q->incidents[q->nincidents++] : NULL;
}

/* Room doubles: how many rows an incident has is up to the attacker. */
static bool incident_add(struct arena *a, struct incident *in, uint32_t index)
{
	uint32_t *more;

	if (in->nrows == INCIDENT_ROWS_MOST)
		return false;
	if ((in->nrows & (in->nrows - 1)) == 0) {
		more = arena_alloc(a, (in->nrows ? 2 * in->nrows : 1) * sizeof(*more));
		if (in->nrows)
			memcpy(more, in->rows, in->nrows * sizeof(*more));
		in->rows = more;
	}
	in->rows[in->nrows++] = index;
	return true;
}

/* Those that no incident names are compromised all the same, and ranked: say so. */
static void tell_left_out(struct arena *a, struct inquiry *q, size_t n)
{
	struct span *notes = arena_alloc(a, (q->nnotes + 1) * sizeof(*notes));

	if (q->nnotes)
		memcpy(notes, q->notes, q->nnotes * sizeof(*notes));
	notes[q->nnotes++] =
		claim_format(a,
			     "%zu more senders are compromised than incidents can name: they are "
			     "in the list of senders only",
			     n);
	q->notes = notes;
}

void incidents_make(struct trace *t, struct arena *a, struct ranked *ranked, size_t n, struct inquiry *q)
{
	size_t found = 0;
	size_t left_out = 0;
	int64_t *last;

	while (found < n && ranked[found].row->verdict == VERDICT_COMPROMISED)
		found++;
	q->incidents = arena_alloc(a, ((found < INCIDENTS_MOST ? found : INCIDENTS_MOST) + 1) *
					      sizeof(*q->incidents));
	last = arena_alloc(a, (INCIDENTS_MOST + 1) * sizeof(*last));
	for (size_t i = 0; i < found; i++) {
		const struct row *row = ranked[i].row;
		struct incident *in = incident_of(q, last, row);
		size_t which = in ? (size_t)(in - q->incidents) : INCIDENTS_MOST;

		if (!in || !incident_add(a, in, (uint32_t)i)) {
			left_out++;
			continue;
		}
		if (in->nrows == 1 || row->since < in->since)
			in->since = row->since;
		if (in->nrows == 1 || row->last > last[which])
			last[which] = row->last;
		in->sending |= row->sending;
	}
	if (left_out)
		tell_left_out(a, q, left_out);
	if (q->nincidents) /* so there is a list: NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
		qsort(q->incidents, q->nincidents, sizeof(*q->incidents), by_since);
	for (size_t i = 0; i < q->nincidents; i++) {
		incident_name(t, q->incidents, i);
		incident_tell(t, a, ranked, &q->incidents[i]);
	}
}
