/*
 * verb_report - `report INCIDENT`: what can be sent about an incident, and whether its cause is gone (gate.h).
 *
 * The answer is worked out again from the logs, from where the incident began; what the state knows of it is added: when,
 * who, which lists, which complaints. Nothing is sent; nothing is changed but that a word given with --confirmed is kept.
 *
 * TRUST: logs, queue and journal quote strangers; report/letter.h shows what is filled in. Templates are the operator's.
 */
#include "app/abuse_contact.h"
#include "app/actor.h"
#include "app/config.h"
#include "app/gate.h"
#include "app/inquire.h"
#include "app/lists.h"
#include "app/sends_from.h"
#include "app/sought.h"
#include "app/state_dir.h"
#include "app/term.h"
#include "app/texts.h"
#include "app/verbs.h"
#include "model/rows.h"
#include "report/jsonw.h"
#include "report/mailing.h"
#include "store/store.h"
#include "repute/check.h"
#include "repute/blocklists.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Letters of one call: customers, addresses of a stolen login. */
#define LETTERS_MOST 200 /* limit report: letters of one call */
#define LETTER_BYTES (4u << 20) /* limit report, bytes: of one letter */
#define UNSEEN_MOST 64
/* Seconds before an incident that its logs are read from: how he got in lies before the first mail. */
#define BEFORE 3600

struct work {
	const struct options *o;
	struct config config;
	struct arena *arena;
	struct inquire in;
	bool asked;
	char state[PATH_MAX]; /* empty: none is kept */
	char since[32];
	struct store_incident known;
	struct word *words;
	size_t nwords;
	bool is_known;
	struct inquiry own; /* where only the state knows the incident */
	struct incident from_state;
	struct letter_facts facts;
	struct gate gate;
	struct sends_from from;
	struct mailing *list;
	struct mailings m;
	struct span unseen[UNSEEN_MOST];
};

static void unseen(struct work *w, const char *text)
{
	if (w->m.nunseen < UNSEEN_MOST)
		w->unseen[w->m.nunseen++] = arena_span(w->arena, span_str(text));
}

/* --- which incident -------------------------------------------------------------------------------- */

static void find_state(struct work *w)
{
	const char *dir = state_dir(w->o, &w->config);

	if (!dir || !realpath(dir, w->state))
		w->state[0] = '\0';
}

/* What the state knows; a state that cannot be opened is said, and the logs alone are read. */
static void ask_state(struct work *w)
{
	struct buf note = BUF_MAX(1024);
	struct err err = { 0 };
	struct store *s;

	if (!w->state[0])
		return;
	if (store_open(w->state, &s, &note, &err) < 0) {
		unseen(w, err.text);
	} else {
		w->is_known = store_incident(s, span_str(w->o->args[0]), w->arena, &w->known, &err) == 1;
		if (store_words(s, w->arena, &w->words, &w->nwords, &err) < 0)
			unseen(w, err.text);
		if (store_listed(s, w->arena, (struct store_listing **)&w->facts.listings,
				 &w->facts.nlistings, &err) < 0)
			unseen(w, err.text);
		store_close(s);
	}
	buf_free(&note);
}

static int read_logs(struct work *w, struct err *err)
{
	struct options o = *w->o;

	o.nargs = 0;
	o.refusals = true;
	o.complained = true;
	/* the live host's window is six hours; the incident may be older */
	if (!o.since && w->is_known) {
		snprintf(w->since, sizeof(w->since), "@%lld", (long long)(w->known.since - BEFORE));
		o.since = w->since;
	}
	w->asked = true;
	return inquire(&o, 0, NULL, &w->in, err);
}

static bool same_sender(const struct row *a, const struct row *b)
{
	return a->kind == b->kind && span_eq(a->id, b->id) && span_eq(a->account, b->account);
}

/* Its senders as the logs know them now, who may be normal again; else as the state has them. */
static void from_state(struct work *w)
{
	struct row *rows = arena_alloc(w->arena, (w->known.nrows + 1) * sizeof(*rows));
	uint32_t *index = arena_alloc(w->arena, (w->known.nrows + 1) * sizeof(*index));
	struct row_walk walk = rows_walk(w->in.q, ROWS_HEADS);
	const struct row *r;

	memcpy(rows, w->known.rows, w->known.nrows * sizeof(*rows));
	for (size_t at = 0; (r = rows_next(&walk)) != NULL; at++)
		for (size_t i = 0; i < w->known.nrows; i++)
			if (same_sender(r, &w->known.rows[i]))
				rows[i] = *rows_get(w->in.q, at, w->arena);
	for (size_t i = 0; i < w->known.nrows; i++) {
		index[i] = (uint32_t)i;
		if (!rows[i].last) {
			rows[i].first = rows[i].since = w->known.since;
			rows[i].last = w->known.last;
		}
	}
	w->own = *w->in.q;
	w->own.rows = rows;
	w->own.nrows = w->known.nrows;
	w->own.more = NULL;
	w->own.nrefused = 0;
	w->from_state = (struct incident){ .since = w->known.since, .rows = index, .nrows = w->known.nrows };
	snprintf(w->from_state.id, sizeof(w->from_state.id), "%s", w->o->args[0]);
	w->facts.q = &w->own;
	w->facts.in = &w->from_state;
}

static int find_incident(struct work *w, struct err *err)
{
	struct span id = span_str(w->o->args[0]);
	int rc;

	ask_state(w);
	rc = read_logs(w, err);
	if (rc < 0)
		return rc;
	w->facts.q = w->in.q;
	w->facts.zone = w->in.zone;
	for (size_t i = 0; i < w->in.q->nunseen; i++)
		unseen(w, arena_str(w->arena, w->in.q->unseen[i]));
	for (size_t i = 0; i < w->in.q->nincidents; i++)
		if (span_eq(incident_id(&w->in.q->incidents[i]), id))
			w->facts.in = &w->in.q->incidents[i];
	if (!w->facts.in && w->is_known && w->known.nrows)
		from_state(w);
	if (w->facts.in)
		return 0;
	return sought_in_part(
		w->o, w->o->args[0], w->unseen, w->m.nunseen,
		options_no_incident(w->o, w->o->args[0], "in these logs or in the state", w->o->nargs, err),
		err);
}

/* --- facts ------------------------------------------------------------------------------------------ */

static void learn_addresses(struct work *w)
{
	struct span *list = arena_alloc(w->arena, SUBJECTS_MOST * sizeof(*list));

	sends_from_server(&w->from, w->arena, &w->config, w->in.q, !options_image(w->o));
	for (size_t i = 0; i < w->from.n; i++)
		if (w->from.subject[i].nip)
			list[w->facts.naddresses++] = w->from.subject[i].text;
	w->facts.addresses = list;
}

/* Without a setting the server speaks for itself: by its own name, or the one it greets with. */
static void learn_names(struct work *w)
{
	const struct inquiry *q = w->facts.q;
	struct span host = q->host.n ? q->host : q->helo;
	struct buf contact = BUF_MAX(400);

	w->facts.organization = *w->config.organization.value ? span_str(w->config.organization.value)
				: host.n		      ? host
							      : SPAN("The administrators");
	buf_str(&contact, w->config.contact.value);
	if (contact.n == 0) {
		buf_str(&contact, host.n ? "abuse@" : "postmaster");
		buf_span(&contact, host);
	}
	w->facts.contact = arena_span(w->arena, buf_view(&contact));
	buf_free(&contact);
}

/* So that the next report need not be told again, and history shows who said it. */
static void remember_words(struct work *w)
{
	struct buf who = BUF_MAX(600), note = BUF_MAX(1024), told = BUF_MAX(2048);
	struct err err = { 0 };
	struct store *s;
	int rc;

	if (w->gate.ngiven == 0 || !w->state[0])
		return;
	actor_who(&who);
	for (size_t i = 0; i < w->gate.ngiven; i++)
		w->gate.given[i].who = arena_span(w->arena, buf_view(&who));
	rc = store_open(w->state, &s, &note, &err);
	if (rc == 0) {
		rc = store_words_add(s, w->gate.given, w->gate.ngiven, &err);
		store_close(s);
	}
	if (rc < 0) {
		buf_addf(&told, "your word is not remembered, give it again next time: %s", err.text);
		term_tell("spamtrail: ", buf_view(&told));
	}
	buf_free(&told);
	buf_free(&note);
	buf_free(&who);
}

static void learn_facts(struct work *w)
{
	struct gate_want want = { .o = w->o,
				  .q = w->facts.q,
				  .in = w->facts.in,
				  .state = w->state[0] ? w->state : NULL,
				  .zone = w->in.zone,
				  .words = w->words,
				  .nwords = w->nwords };
	struct err err = { 0 };
	struct blocklist *lists;

	learn_addresses(w);
	learn_names(w);
	if (lists_load(w->arena, &w->config, &lists, &w->facts.nlists, &err) < 0)
		unseen(w, err.text);
	else
		w->facts.lists = lists;
	gate_look(&want, w->arena, &w->gate);
	remember_words(w);
	w->facts.deeds = w->gate.deeds;
	w->facts.ndeeds = w->gate.ndeeds;
	w->facts.points = w->gate.points;
	w->facts.npoints = w->gate.npoints;
	w->facts.complaints = w->facts.in->complaints;
	w->facts.forced = w->o->force;
}

/* --- letters ---------------------------------------------------------------------------------------- */

static struct span keep(struct work *w, struct buf *b)
{
	struct span s = arena_span(w->arena, buf_view(b));

	buf_free(b);
	return s;
}

/* NAME filled in from L: for TO. */
static int write_letter(struct work *w, const char *name, const struct letter *l, struct span to,
			struct span xarf, struct err *err)
{
	struct mailing *m = &w->list[w->m.n];
	struct buf text = BUF_MAX(LETTER_BYTES), html = BUF_MAX(LETTER_BYTES), subject = BUF_MAX(8192),
		   unused = BUF_MAX(8192);
	struct span template;
	const char *path;
	int rc;

	if (w->m.n == LETTERS_MOST) {
		unseen(w, "there are more letters than are written at once");
		return 0;
	}
	rc = texts_load(w->config.texts.value, name, w->arena, &template, &path, err);
	if (rc == 0)
		rc = letter_fill(l, template, path, LETTER_TEXT, &text, &subject, err);
	if (rc == 0)
		rc = letter_fill(l, template, path, LETTER_HTML, &html, &unused, err);
	if (rc == 0 && (text.over || html.over))
		rc = err_set(err, EXIT_IO, "%s: a letter does not fit into %u MiB", path, LETTER_BYTES >> 20);
	buf_free(&unused);
	*m = (struct mailing){ .to = to, .xarf = xarf };
	m->subject = keep(w, &subject);
	m->text = keep(w, &text);
	m->html = keep(w, &html);
	w->m.n += rc == 0;
	return rc;
}

static struct letter *new_letter(struct work *w, const struct row *customer)
{
	struct letter *l = arena_alloc(w->arena, sizeof(*l));

	letters_incident(l, w->arena, &w->facts, customer);
	return l;
}

/* One for each customer that is in it: nobody reads what was another's. */
static int to_customers(struct work *w, struct err *err)
{
	const struct incident *in = w->facts.in;
	int rc = 0;

	for (size_t i = 0; i < in->nrows && rc == 0; i++) {
		const struct row *r = &w->facts.q->rows[in->rows[i]];
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= letters_same_customer(&w->facts.q->rows[in->rows[k]], r);
		if (!again)
			rc = write_letter(w, "customer", new_letter(w, r), r->account.n ? r->account : r->id,
					  SPAN_NONE, err);
	}
	return rc;
}

static struct span xarf_of(struct work *w, const struct row *r, const struct client *c)
{
	struct buf json = BUF_MAX(1u << 20);
	struct jsonw j = { .out = &json };

	xarf_login(&j, NULL, &w->facts, r, c);
	return keep(w, &json);
}

/* A login's address that can be written to. */
static bool is_network(const struct row *r, size_t i, struct subject *ret)
{
	return r->kind == KIND_AUTH && subject_parse(r->clients[i].ip, ret) && ret->nip &&
	       !subject_is_private(ret);
}

/* Where the operator has named a zone: of each letter from FROM on, which are LETTERS's. */
static void find_contacts(struct work *w, const struct subject *address, size_t from)
{
	struct abuse_want want = { .resolver = w->config.resolver.value,
				   .zone = w->config.abuse_zone.value,
				   .unconfined = w->o->unconfined,
				   .address = address,
				   .n = w->m.n - from };
	struct span *contact = arena_alloc(w->arena, (want.n + 1) * sizeof(*contact));
	struct err err = { 0 };
	int silent;

	if (!*want.zone || want.n == 0)
		return;
	silent = abuse_contacts(&want, w->arena, contact, &err);
	if (silent < 0)
		unseen(w, err.text);
	else if (silent > 0)
		unseen(w, "not every network's abuse contact could be asked for: [report] abuse_zone did not "
			  "answer");
	for (size_t i = 0; silent >= 0 && i < want.n; i++)
		w->list[from + i].contact = contact[i];
}

/* A desk gets the cause; a network that a stolen login came from gets the address. */
static int to_desks(struct work *w, struct err *err)
{
	const struct incident *in = w->facts.in;
	struct subject *address = arena_alloc(w->arena, (LETTERS_MOST + 1) * sizeof(*address));
	int rc = write_letter(w, "abuse-desk", new_letter(w, NULL), SPAN("who complained"), SPAN_NONE, err);
	size_t from = w->m.n;

	for (size_t i = 0; i < in->nrows && rc == 0; i++) {
		const struct row *r = &w->facts.q->rows[in->rows[i]];

		for (size_t k = 0; k < r->nclients && rc == 0; k++) {
			struct letter *l;

			if (!is_network(r, k, &address[w->m.n - from]))
				continue;
			l = new_letter(w, NULL);
			letters_login(l, &w->facts, r, &r->clients[k]);
			rc = write_letter(w, "login-source", l, r->clients[k].ip,
					  xarf_of(w, r, &r->clients[k]), err);
		}
		if (r->kind == KIND_AUTH && r->clients_total > r->nclients)
			unseen(w, "the login was used from more addresses than are listed");
	}
	if (rc == 0)
		find_contacts(w, address, from);
	return rc;
}

/* Who pays for it: local senders that are not accused, and whose mail was refused while it went on. */
static int to_affected(struct work *w, struct err *err)
{
	const struct inquiry *q = w->facts.q;
	int rc = 0;

	for (size_t i = 0; i < q->nrefused && rc == 0; i++) {
		const struct row *r = rows_get(q, q->refused[i].row, w->arena);
		struct letter *l;
		bool again = false;

		for (size_t k = 0; k < i && !again; k++)
			again = q->refused[k].row == q->refused[i].row;
		if (again || r->kind == KIND_INBOUND || r->kind == KIND_UNKNOWN || r->kind == KIND_BOUNCE ||
		    r->kind == KIND_OTHER)
			continue;
		l = new_letter(w, NULL);
		if (letters_affected(l, &w->facts, q->refused[i].row))
			rc = write_letter(w, "affected", l, r->account.n ? r->account : r->id, SPAN_NONE,
					  err);
	}
	if (rc == 0 && w->facts.q == &w->own)
		unseen(w, "these logs do not know the incident any more: whose mail was refused is not told");
	return rc;
}

static int write_letters(struct work *w, struct err *err)
{
	w->list = arena_alloc(w->arena, LETTERS_MOST * sizeof(*w->list));
	w->m.list = w->list;
	w->m.gated = w->o->letter == FLAG_DELIST || w->o->letter == FLAG_RESOLUTION;
	w->m.refused = w->m.gated && !w->o->force && letters_open(&w->facts);
	if (w->m.refused)
		return 0;
	switch (w->o->letter) {
	case FLAG_CUSTOMER:
		return to_customers(w, err);
	case FLAG_ABUSE_DESK:
		return to_desks(w, err);
	case FLAG_AFFECTED:
		return to_affected(w, err);
	case FLAG_DELIST:
	case FLAG_RESOLUTION:
		return write_letter(w, w->m.name, new_letter(w, NULL), SPAN("the lists"), SPAN_NONE, err);
	default:
		return 0;
	}
}

/* --- the answer ------------------------------------------------------------------------------------- */

static int write_html(const struct work *w, struct err *err)
{
	struct sink s;
	/* no link is followed: root may write into a folder where somebody else has laid one */
	int fd = open(w->o->html, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0640), rc;

	if (fd < 0)
		return err_sys(err, EXIT_IO, "cannot write %s", w->o->html);
	s = sink_new(fd);
	mailings_html(&s, &w->m);
	rc = sink_end(&s, w->o->html, err);
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(err, EXIT_IO, "cannot write %s", w->o->html);
	return rc;
}

/* A letter alone is on standard output, to be sent; what is missing in it must still be said. */
static void tell_unseen(const struct work *w)
{
	if (w->o->output != OUTPUT_SCREEN || !w->m.name || w->m.refused || w->o->quiet)
		return;
	for (size_t i = 0; i < w->m.nunseen; i++)
		term_tell("UNSEEN   ", w->m.unseen[i]);
	if (w->m.n == 0)
		term_tell("", SPAN("nobody is to be written to"));
}

static int print(struct work *w, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct screen screen = term_screen(w->o, STDOUT_FILENO);
	struct buf again = BUF_MAX(8192);
	struct options o = *w->o;

	o.nargs = 0;
	options_again(&o, "report", 0, &again);
	w->m.again = keep(w, &again);
	w->m.unseen = w->unseen;
	screen.zone = w->in.zone;
	if (w->o->output == OUTPUT_JSON)
		mailings_json(&s, &w->m);
	else if (w->o->output == OUTPUT_PLAIN)
		mailings_plain(&s, &w->m);
	else
		mailings_text(&s, &w->m, &screen);
	tell_unseen(w);
	return sink_end(&s, "standard output", err);
}

static int run(struct work *w, struct err *err)
{
	int rc = config_load(&w->config, w->o->config, err);

	if (rc < 0)
		return rc;
	find_state(w);
	rc = find_incident(w, err);
	if (rc < 0)
		return rc;
	learn_facts(w);
	w->m.facts = &w->facts;
	w->m.name = w->o->letter ? command_flag(w->o->letter)->name : NULL;
	rc = write_letters(w, err);
	if (rc == 0 && w->o->html && w->m.name && !w->m.refused)
		rc = write_html(w, err);
	if (rc == 0)
		rc = print(w, err);
	if (rc < 0)
		return rc;
	return w->m.nunseen						 ? EXIT_INCOMPLETE
	       : w->m.refused || (!w->m.name && letters_open(&w->facts)) ? EXIT_FOUND
									 : EXIT_NOTHING;
}

int verb_report(const struct options *o, struct err *err)
{
	struct work *w;
	int rc;

	if (o->force && o->letter != FLAG_DELIST && o->letter != FLAG_RESOLUTION)
		return err_set(err, EXIT_USAGE, "--force is for --delist and --resolution");
	if (o->confirmed && o->letter && o->letter != FLAG_DELIST && o->letter != FLAG_RESOLUTION)
		return err_set(err, EXIT_USAGE,
			       "--confirmed is for the gate: --delist, --resolution, or no letter");
	if (o->html && !o->letter)
		return err_set(err, EXIT_USAGE, "--html needs a letter, such as --customer");
	w = xcalloc(1, sizeof(*w));
	w->o = o;
	w->arena = arena_new();
	rc = run(w, err);
	if (w->asked)
		inquire_end(&w->in);
	config_free(&w->config);
	arena_free(w->arena);
	free(w);
	return rc;
}
