/* letters - see letters.h. Times are in ROOT's zone, and say which, so that whoever gets a letter can compare them. */
#include "report/letters.h"

#include "model/rows.h"
#include "report/claims.h"
#include "report/text.h"
#include "report/who.h"
#include "repute/blocklists.h"
#include "store/store.h"

/* A raw line in a letter: enough to be found again in a log. */
#define RAW_MOST 300
#define PROOFS_MOST 30 /* limit report: proofs in a letter */
#define SCRIPTS_MOST 20 /* limit report: scripts in a letter */
#define REFUSALS_SHOWN 15

const char *point_state_name(enum point_state state)
{
	static const char *const names[] = { "closed", "open", "unknown" };

	return state < POINT_STATES ? names[state] : "unknown";
}

bool letters_open(const struct letter_facts *f)
{
	for (size_t i = 0; i < f->npoints; i++)
		if (f->points[i].state != POINT_CLOSED)
			return true;
	return false;
}

/* --- values ----------------------------------------------------------------------------------------- */

static struct span kept(struct letter *l, struct buf *b)
{
	struct span s = arena_span(l->arena, buf_view(b));

	buf_free(b);
	return s;
}

static struct span count_of(struct letter *l, uint64_t v)
{
	struct buf b = BUF_MAX(64);

	text_count(&b, v);
	return kept(l, &b);
}

static struct span number_of(struct letter *l, uint64_t v)
{
	struct buf b = BUF_MAX(64);

	text_u64(&b, v);
	return kept(l, &b);
}

static struct span time_of(struct letter *l, const struct letter_facts *f, int64_t at)
{
	struct buf b = BUF_MAX(64);

	if (at)
		text_moment(&b, at, f->zone);
	return kept(l, &b);
}

static struct span cut(struct letter *l, struct span s, size_t most)
{
	struct buf b = BUF_MAX(most + 8);

	if (s.n <= most)
		return s;
	buf_span(&b, span_head(s, most));
	buf_str(&b, " ...");
	return kept(l, &b);
}

bool letters_same_customer(const struct row *x, const struct row *y)
{
	if (x->account.n || y->account.n)
		return span_eq(x->account, y->account);
	return x->kind == y->kind && span_eq(x->id, y->id);
}

static bool is_his(const struct letter_facts *f, uint32_t row, const struct row *customer)
{
	return !customer || letters_same_customer(&f->q->rows[row], customer);
}

/* An action that names none of the incident's senders is of all of it. */
static bool is_done_to(const struct letter_facts *f, const struct letter_deed *d, const struct row *customer)
{
	bool named = false;

	for (size_t i = 0; i < f->in->nrows; i++) {
		const struct row *r = &f->q->rows[f->in->rows[i]];

		if (!span_ends(d->sender, r->id) || d->sender.n == r->id.n ||
		    d->sender.p[d->sender.n - r->id.n - 1] != ' ')
			continue;
		if (is_his(f, f->in->rows[i], customer))
			return true;
		named = true;
	}
	return !named;
}

/* Those that are told to CUSTOMER. */
static struct letter_facts told_to(struct letter *l, const struct letter_facts *f, const struct row *customer)
{
	struct letter_facts his = *f;
	struct letter_deed *deeds = arena_alloc(l->arena, (f->ndeeds + 1) * sizeof(*deeds));

	his.deeds = deeds;
	his.ndeeds = 0;
	/* whose mail they are about is not known */
	for (size_t i = 0; i < f->in->nrows; i++)
		if (!is_his(f, f->in->rows[i], customer))
			his.complaints = 0;
	for (size_t i = 0; i < f->ndeeds; i++)
		if (!customer || is_done_to(f, &f->deeds[i], customer))
			deeds[his.ndeeds++] = f->deeds[i];
	return his;
}

/* --- the senders ------------------------------------------------------------------------------------ */

struct sum {
	struct counts counts;
	int64_t since, last;
	uint64_t queued;
	bool kind[SENDER_KINDS], sending;
	struct span subject, account, who;
};

static struct sum sum_of(struct letter *l, const struct letter_facts *f, const struct row *customer)
{
	struct sum s = { .since = 0 };

	for (size_t i = 0; i < f->in->nrows; i++) {
		const struct row *r = &f->q->rows[f->in->rows[i]];
		int64_t since = r->since ? r->since : r->first;
		struct buf who = BUF_MAX(4096);

		if (!is_his(f, f->in->rows[i], customer))
			continue;
		counts_add(&s.counts, &r->counts);
		s.queued += r->queued;
		s.kind[r->kind] = true;
		s.sending |= r->sending;
		s.since = since && (!s.since || since < s.since) ? since : s.since;
		s.last = r->last > s.last ? r->last : s.last;
		if (!s.subject.n && r->nsubjects)
			s.subject = r->subjects[0];
		if (!s.account.n)
			s.account = customer && !r->account.n ? r->id : r->account;
		if (s.who.n) {
			buf_span(&who, s.who);
			buf_str(&who, ", ");
		}
		buf_addf(&who, "%s ", sender_kind_word(r->kind));
		buf_span(&who, r->id);
		s.who = kept(l, &who);
	}
	return s;
}

static void set_flag(struct letter *l, const char *name, bool there)
{
	letter_set(l, name, there ? SPAN("yes") : SPAN_NONE);
}

static void set_fields(struct letter *l, const struct letter_facts *f, const struct sum *s)
{
	struct buf duration = BUF_MAX(64), addresses = BUF_MAX(4096), as_of = BUF_MAX(100);
	int64_t contained = f->ndeeds ? f->deeds[0].at : 0;

	text_duration(&duration, s->last > s->since ? s->last - s->since : 0);
	for (size_t i = 0; i < f->naddresses; i++) {
		buf_str(&addresses, i ? ", " : " (");
		buf_span(&addresses, f->addresses[i]);
	}
	if (f->naddresses)
		buf_str(&addresses, ")");
	text_as_of(&as_of, f->q, f->zone);
	letter_set(l, "host", f->q->host.n ? f->q->host : SPAN("our mail server"));
	letter_set(l, "organization", f->organization);
	letter_set(l, "contact", f->contact);
	letter_set(l, "incident", incident_id(f->in));
	letter_set(l, "date", time_of(l, f, f->q->now));
	letter_set(l, "since", time_of(l, f, s->since));
	letter_set(l, "until", time_of(l, f, s->last));
	letter_set(l, "duration", kept(l, &duration));
	letter_set(l, "who", s->who);
	letter_set(l, "account", s->account.n ? s->account : s->who);
	letter_set(l, "messages", count_of(l, s->counts.messages));
	letter_set(l, "recipients", count_of(l, s->counts.recipients));
	letter_set(l, "delivered", count_of(l, s->counts.delivered));
	letter_set(l, "bounced", count_of(l, s->counts.bounced));
	letter_set(l, "deferred", count_of(l, s->counts.deferred));
	letter_set(l, "queued", s->queued ? count_of(l, s->queued) : SPAN_NONE);
	letter_set(l, "complaints", f->complaints ? count_of(l, f->complaints) : SPAN_NONE);
	letter_set(l, "subject", cut(l, s->subject, RAW_MOST));
	letter_set(l, "contained", time_of(l, f, contained));
	letter_set(l, "addresses_text", kept(l, &addresses));
	letter_set(l, "as_of_text", kept(l, &as_of));
	set_flag(l, "script", s->kind[KIND_SCRIPT]);
	set_flag(l, "mailbox", s->kind[KIND_AUTH]);
	set_flag(l, "user", s->kind[KIND_LOCAL]);
	set_flag(l, "relay", s->kind[KIND_RELAY]);
	set_flag(l, "direct", s->kind[KIND_DIRECT]);
	/* the logs may end before he was stopped */
	set_flag(l, "sending", s->sending && !(f->ndeeds && f->deeds[f->ndeeds - 1].at >= s->last));
	set_flag(l, "open", letters_open(f));
	set_flag(l, "forced", f->forced && letters_open(f));
}

/* A folder's script is not known by name. */
static bool names_script(struct span path)
{
	static const char *const ends[] = { ".cgi", ".pl", ".py", ".rb", ".sh", ".inc", ".js" };
	ptrdiff_t dot = span_rfind(path, '.'), slash = span_rfind(path, '/');
	struct span end = dot > slash ? span_from(path, (size_t)dot) : SPAN_NONE;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (span_eq_nocase(end, span_str(ends[i])))
			return true;
	/* .php, .phtml, .phar, .ph */
	return span_eq_nocase(span_head(end, 3), SPAN(".ph"));
}

static void add_culprits(struct letter *l, const struct letter_facts *f, const struct row *customer)
{
	struct letter_list *culprits = letter_list(l, "culprits"), *scripts = letter_list(l, "scripts"),
			   *clients = letter_list(l, "clients");

	for (size_t i = 0; i < f->in->nrows; i++) {
		const struct row *r = &f->q->rows[f->in->rows[i]];
		struct letter_item *item;

		if (!is_his(f, f->in->rows[i], customer) || !(item = letter_add(l, culprits)))
			continue;
		letter_item_set(item, "kind",
				r->kind == KIND_SCRIPT && !names_script(r->id)
					? SPAN("a script in")
					: span_str(sender_kind_word(r->kind)));
		letter_item_set(item, "id", r->id);
		letter_item_set(item, "account", r->account);
		letter_item_set(item, "messages", count_of(l, r->counts.messages));
		letter_item_set(item, "recipients", count_of(l, r->counts.recipients));
		letter_item_set(item, "first", time_of(l, f, r->first));
		letter_item_set(item, "last", time_of(l, f, r->last));
		for (size_t k = 0; k < r->nplaces && scripts->n < SCRIPTS_MOST; k++) {
			/* he is named by it already */
			if (span_eq(r->places[k].path, r->id))
				continue;
			item = letter_add(l, scripts);
			letter_item_set(item, "path", r->places[k].path);
			letter_item_set(item, "messages", count_of(l, r->places[k].messages));
		}
		for (size_t k = 0; k < r->nclients && (item = letter_add(l, clients)); k++) {
			letter_item_set(item, "ip", r->clients[k].ip);
			letter_item_set(item, "messages", count_of(l, r->clients[k].messages));
		}
	}
}

/* SINCE: when he began to send. How he got in may lie long before; a clean copy is older than that. */
static void add_proofs(struct letter *l, const struct letter_facts *f, const struct row *customer,
		       int64_t since)
{
	struct letter_list *proofs = letter_list(l, "proofs"), *entries = letter_list(l, "entries");
	struct claim *claims;
	size_t n = claims_list(f->q, f->in, l->arena, &claims);
	int64_t entered = since;

	for (size_t i = 0; i < n; i++) {
		const struct evidence *e = claim_line(f->q, &claims[i], 0);
		struct letter_item *item;
		struct buf grade = BUF_MAX(8);

		if (!is_his(f, claims[i].row, customer))
			continue;
		if (claims[i].moment) {
			if (claims[i].moment->at && claims[i].moment->at < entered)
				entered = claims[i].moment->at;
			item = letter_add(l, entries);
			if (item) {
				letter_item_set(item, "at", time_of(l, f, claims[i].moment->at));
				letter_item_set(item, "grade", SPAN_NONE);
				letter_item_set(item, "text", claims[i].text);
			}
		}
		/* a term of the judge's sum convinces who knows statistics, not who lost his password */
		item = claim_is_proof(&claims[i]) && proofs->n < PROOFS_MOST ? letter_add(l, proofs) : NULL;
		if (!item)
			continue;
		buf_addf(&grade, "[%c]", claims[i].grade ? claims[i].grade : '-');
		letter_item_set(item, "n", count_of(l, i + 1));
		letter_item_set(item, "grade", kept(l, &grade));
		letter_item_set(item, "text", claims[i].text);
		letter_item_set(item, "file", e ? e->file : SPAN_NONE);
		letter_item_set(item, "line", e ? number_of(l, e->line) : SPAN_NONE);
		letter_item_set(item, "raw", e ? cut(l, e->text, RAW_MOST) : SPAN_NONE);
	}
	letter_set(l, "entered", time_of(l, f, entered));
}

/* --- what was done, what is open, who refuses --------------------------------------------------------- */

static void add_deeds(struct letter *l, const struct letter_facts *f)
{
	struct letter_list *actions = letter_list(l, "actions"), *points = letter_list(l, "points"),
			   *done = letter_list(l, "done"), *addresses = letter_list(l, "addresses");
	struct letter_item *item;

	for (size_t i = 0; i < f->ndeeds && (item = letter_add(l, actions)); i++) {
		letter_item_set(item, "at", time_of(l, f, f->deeds[i].at));
		letter_item_set(item, "what", f->deeds[i].what);
	}
	for (size_t i = 0; i < f->npoints; i++) {
		item = letter_add(l, f->points[i].state == POINT_CLOSED ? done : points);
		if (item)
			letter_item_set(item, "text", f->points[i].text);
	}
	for (size_t i = 0; i < f->naddresses && (item = letter_add(l, addresses)); i++)
		letter_item_set(item, "address", f->addresses[i]);
}

static const struct blocklist *list_of(const struct letter_facts *f, struct span zone)
{
	for (size_t i = 0; i < f->nlists; i++)
		if (span_eq(f->lists[i].shown, zone))
			return &f->lists[i];
	return NULL;
}

static bool is_listed(const struct letter_facts *f, struct span zone)
{
	for (size_t i = 0; i < f->nlistings; i++)
		if (f->listings[i].listed && span_eq(f->listings[i].list, zone))
			return true;
	return false;
}

static void add_listing(struct letter *l, const struct letter_facts *f, struct letter_list *listings,
			const struct store_listing *s, struct span note)
{
	const struct blocklist *b = list_of(f, s->list);
	struct letter_item *item = letter_add(l, listings);

	if (!item)
		return;
	letter_item_set(item, "list", b && b->name.n ? b->name : s->list);
	letter_item_set(item, "zone", s->list);
	letter_item_set(item, "address", s->address);
	letter_item_set(item, "since", time_of(l, f, s->since));
	letter_item_set(item, "ends", b ? b->remove : SPAN_NONE);
	letter_item_set(item, "who", b ? b->who : SPAN_NONE);
	letter_item_set(item, "lasts", b ? b->lasts : SPAN_NONE);
	letter_item_set(item, "where", b ? b->form : SPAN_NONE);
	letter_item_set(item, "note", note.n ? note : b ? b->note : SPAN_NONE);
	letter_item_set(item, "alone", b && span_eq(b->who, SPAN("nobody")) ? SPAN("yes") : SPAN_NONE);
}

/* Several providers use the same list. */
static bool named_before(const struct letter_facts *f, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (span_eq(f->q->refusals[i].list, f->q->refusals[index].list))
			return true;
	return false;
}

static void add_lists(struct letter *l, const struct letter_facts *f)
{
	struct letter_list *refusals = letter_list(l, "refusals"), *listings = letter_list(l, "listings");
	struct letter_item *item;

	for (size_t i = 0; i < f->q->nrefusals && refusals->n < REFUSALS_SHOWN; i++) {
		const struct refusal *r = &f->q->refusals[i];

		item = letter_add(l, refusals);
		letter_item_set(item, "provider", r->provider);
		letter_item_set(item, "list", r->list);
		letter_item_set(item, "messages", count_of(l, r->messages));
		letter_item_set(item, "last", time_of(l, f, r->last));
		letter_item_set(item, "text", cut(l, r->text, RAW_MOST));
	}
	for (size_t i = 0; i < f->nlistings; i++)
		if (f->listings[i].listed)
			add_listing(l, f, listings, &f->listings[i], SPAN_NONE);
	/* what refusals name and nobody has asked about yet */
	for (size_t i = 0; i < f->q->nrefusals; i++) {
		const struct store_listing named = { .list = f->q->refusals[i].list,
						     .address =
							     f->naddresses ? f->addresses[0] : f->q->host };

		if (list_of(f, named.list) && !is_listed(f, named.list) && !named_before(f, i))
			add_listing(l, f, listings, &named,
				    SPAN("refusals of our mail name it; spamtrail reputation asks it"));
	}
}

void letters_incident(struct letter *l, struct arena *a, const struct letter_facts *f,
		      const struct row *customer)
{
	struct letter_facts his;
	struct sum s;

	l->arena = a;
	his = told_to(l, f, customer);
	s = sum_of(l, &his, customer);
	set_fields(l, &his, &s);
	add_culprits(l, &his, customer);
	add_proofs(l, &his, customer, s.since);
	add_deeds(l, &his);
	add_lists(l, &his);
	letter_list(l, "refused");
}

static bool accused(const struct letter_facts *f, uint32_t row)
{
	for (size_t i = 0; i < f->in->nrows; i++)
		if (f->in->rows[i] == row)
			return true;
	return false;
}

/* The fields `first`, `last` and `who` are then his. */
bool letters_affected(struct letter *l, const struct letter_facts *f, uint32_t row)
{
	struct letter_list *refused = letter_list(l, "refused");
	const struct row *r = rows_get(f->q, row, l->arena);
	int64_t first = 0, last = 0;

	for (size_t i = 0; i < f->q->nrefused && !accused(f, row); i++) {
		const struct refused *x = &f->q->refused[i];
		const struct refusal *why = &f->q->refusals[x->refusal];
		/* what was refused before it began was not because of it */
		bool his = x->row == row && x->last >= f->in->since;
		struct letter_item *item = his ? letter_add(l, refused) : NULL;

		if (!item)
			continue;
		first = first && first < x->first ? first : x->first;
		last = last > x->last ? last : x->last;
		letter_item_set(item, "provider", why->provider);
		letter_item_set(item, "list", why->list);
		letter_item_set(item, "messages", count_of(l, x->messages));
		letter_item_set(item, "first", time_of(l, f, x->first));
		letter_item_set(item, "last", time_of(l, f, x->last));
		letter_item_set(item, "recipient", x->recipient);
	}
	if (refused->n == 0)
		return false;
	letter_set(l, "first", time_of(l, f, first));
	letter_set(l, "last", time_of(l, f, last));
	for (size_t i = 0; i < l->nfields; i++)
		if (strcmp(l->field[i].name, "who") == 0)
			l->field[i].text = r->id;
	return true;
}

void letters_login(struct letter *l, const struct letter_facts *f, const struct row *row,
		   const struct client *client)
{
	letter_set(l, "ip", client->ip);
	letter_set(l, "login", row->id);
	letter_set(l, "count", count_of(l, client->messages));
	letter_set(l, "first", time_of(l, f, row->first));
	letter_set(l, "last", time_of(l, f, row->last));
}
