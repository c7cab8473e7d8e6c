/*
 * queue_deed - see queue_deed.h.
 *
 * What is on hold is never delivered by --flush, and of what waits nothing is touched by --release. Before messages end
 * for good the queue is read again while they are held (actor.h, actor_held): an id that was given to another
 * message meanwhile is not what the operator agreed to.
 *
 * TRUST: the queue is read by a confined child that may lie about it; the operator sees counts and samples before
 * he agrees, and the actor takes nothing but queue ids. Senders and subjects go through show.
 */
#include "app/queue_deed.h"

#include "app/actor.h"
#include "app/config.h"
#include "app/queue_reader.h"
#include "app/state_dir.h"
#include "app/term.h"
#include "base/arena_more.h"
#include "base/hash.h"
#include "base/show.h"
#include "base/table.h"
#include "report/history.h"
#include "report/plan.h"
#include "report/queue_deed.h"
#include "report/sink.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define IDS_MOST 1000000 /* limit queue: messages of one --flush, --release or --remove */
#define WORDS_BYTES ((size_t)64 << 20)
#define FLUSH_SINGLE 2000

struct ids {
	struct span *id;
	uint32_t n;
	size_t room;
	struct table table;
};

struct deed {
	const struct options *o;
	struct queue_ask ask;
	struct arena *arena;
	const struct screen *screen;
	struct ids asked; /* of standard input */
	bool by_ids, too_many;
	struct ids waiting[MAIL_SERVERS], held[MAIL_SERVERS];
	struct ids meant; /* id and arrival: Postfix gives short ids again */
	struct ids again; /* while they are looked at once more */
	bool looking_again;
	uint64_t there; /* of the group, whether meant or not */
	bool looked; /* again, for the action under way: what comes after it is the look behind a removal */
	size_t left; /* of the last look again: after a removal, what is still there */
	struct queue_deed_view view;
	struct plan plan;
	struct sink sink;
	size_t done, failed;
};

/* --- ids ----------------------------------------------------------------------------------------- */

#define SEED UINT64_C(0x71756575656c6964)

static bool ids_same(const void *owner, uint32_t index, const void *key)
{
	return span_eq(((const struct ids *)owner)->id[index], *(const struct span *)key);
}

static bool ids_have(const struct ids *l, struct span id)
{
	return l->n && table_find(&l->table, hash_span(id, SEED), ids_same, l, &id) != TABLE_NONE;
}

static void ids_add(struct deed *d, struct ids *l, struct span id)
{
	if (ids_have(l, id))
		return;
	if (l->n == IDS_MOST) {
		d->too_many = true;
		return;
	}
	if (l->room == 0)
		table_init(&l->table, 8);
	l->id = arena_more(d->arena, l->id, l->n, &l->room, 1024, sizeof(*l->id));
	l->id[l->n] = arena_span(d->arena, id);
	table_put(&l->table, hash_span(id, SEED), l->n);
	l->n++;
}

static void ids_free(struct ids *l)
{
	if (l->room)
		table_free(&l->table);
	*l = (struct ids){ .n = 0 };
}

/* Words with white space between them, as exiqgrep -i and mailq | awk give them. */
static int read_ids(struct deed *d, struct err *err)
{
	struct buf all = BUF_MAX(WORDS_BYTES);
	char piece[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		buf_add(&all, piece, (size_t)n);
	}
	for (size_t at = 0; at < all.n;) {
		size_t end = at;

		while (end < all.n && (unsigned char)all.p[end] > ' ')
			end++;
		if (end > at)
			ids_add(d, &d->asked, span_of(all.p + at, end - at));
		at = end + 1;
	}
	buf_free(&all);
	if (n < 0 || all.over)
		return err_sys(err, EXIT_IO, "standard input cannot be read");
	d->by_ids = true;
	return d->asked.n ? 0 : err_set(err, EXIT_NOINPUT, "no queue id came on standard input");
}

/* --- which messages ------------------------------------------------------------------------------- */

static bool is_meant(const struct deed *d, const struct queued *q)
{
	if (q->state == QUEUE_CORRUPT || (d->by_ids && !ids_have(&d->asked, q->id_text)))
		return false;
	if (d->looking_again || d->o->remove)
		return true;
	/* frozen: Exim has given it up; only an operator's thaw makes it go on */
	return d->o->release ? queued_is_held(q) : !queued_is_held(q) && q->state != QUEUE_FROZEN;
}

static void take(void *ctx, const struct queued *q)
{
	struct deed *d = ctx;
	char text[128];
	struct span message;
	int n = snprintf(text, sizeof(text), "%.*s %lld", (int)(q->id_text.n < 64 ? q->id_text.n : 64),
			 q->id_text.p, (long long)q->arrival);

	d->there += !d->looking_again && (!d->by_ids || ids_have(&d->asked, q->id_text));
	if (!is_meant(d, q))
		return;
	message = span_of(text, (size_t)n);
	if (d->looking_again) {
		if (ids_have(&d->meant, message))
			ids_add(d, &d->again, q->id_text);
		return;
	}
	ids_add(d, &d->meant, message);
	ids_add(d, queued_is_held(q) ? &d->held[q->server] : &d->waiting[q->server], q->id_text);
	queue_deed_view_add(&d->view, d->arena, q, queued_is_held(q));
}

static int look(struct deed *d, struct err *err)
{
	struct queue_report report;
	int rc;

	d->ask.message = take;
	d->ask.ctx = d;
	rc = queue_ask(&d->ask, d->arena, &report, err);
	if (rc < 0)
		return rc;
	d->view.unseen = report.unseen;
	d->view.nunseen = report.nunseen;
	for (size_t i = 0; i < report.nspools; i++)
		if (report.spool[i].by_tool)
			return err_set(err, EXIT_NOPERM, "only root sees and changes the whole queue");
	return 0;
}

/* Their names as the screen writes them, so that one can be copied. */
#define NAMED_GROUPS 3

static void name_group(struct buf *out, enum queue_by by, const struct queue_group *g)
{
	struct span one = span_str(sender_kind_name(g->kind));
	struct span key = span_head(g->key.n ? g->key : SPAN("(none)"), 60);

	buf_str(out, out->n ? ", \"" : "\"");
	if (by == BY_CULPRIT)
		buf_str(out, sender_kind_word(g->kind));
	if (by != BY_CULPRIT || !span_eq(key, one)) {
		buf_str(out, by == BY_CULPRIT ? " " : "");
		show_text(out, key, true);
	}
	buf_byte(out, '"');
}

int queue_no_group(const struct queue_ask *ask, const char *word, const char *again, struct arena *a,
		   struct err *err)
{
	struct queue_ask all = *ask;
	struct queue_report r;
	struct buf names = BUF_MAX(400);
	int rc;

	all.groups = true;
	all.message = NULL;
	all.pick = SPAN_NONE;
	rc = queue_ask(&all, a, &r, err);
	for (size_t i = 0; rc == 0 && i < r.ngroups && i < NAMED_GROUPS; i++)
		if (!r.groups[i].rest)
			name_group(&names, ask->by, &r.groups[i]);
	if (rc == 0 && names.n == 0)
		rc = err_set(err, EXIT_NOINPUT, "%.100s: no such group, the queue is empty", word);
	else if (rc == 0)
		rc = err_set(err, EXIT_NOINPUT,
			     "%.100s: no such group; there is %.*s%s: spamtrail queue%s --by %s", word,
			     (int)names.n, names.p, r.groups_total > NAMED_GROUPS ? " and others" : "", again,
			     queue_by_name(ask->by));
	buf_free(&names);
	return rc;
}

/* --- the plan ------------------------------------------------------------------------------------- */

static struct span sentence(struct deed *d, const char *what, uint64_t n, enum mail_server server)
{
	struct buf text = BUF_MAX(1024);
	struct span s;

	buf_addf(&text, "%s ", what);
	if (n)
		buf_addf(&text, "%llu messages in %s's queue", (unsigned long long)n,
			 mail_server_name(server));
	else
		buf_addf(&text, "everything in %s's queue that is not held", mail_server_name(server));
	if (d->o->nargs) {
		buf_str(&text, d->by_ids ? " by id" : ", of ");
		if (!d->by_ids)
			buf_addf(&text, "%s %.200s", queue_by_name(d->o->by), d->o->args[0]);
	}
	s = arena_span(d->arena, buf_view(&text));
	buf_free(&text);
	return s;
}

static void plan_server(struct deed *d, enum mail_server server, bool there)
{
	struct ids *waiting = &d->waiting[server], *held = &d->held[server];
	struct action v = { .uid = PLAN_NO_UID, .mta = span_str(mail_server_name(server)) };

	if (d->o->flush && there && (!d->o->nargs || waiting->n)) {
		v.kind = ACTION_FLUSH_QUEUE;
		v.transient = true;
		v.args = waiting->id;
		v.nargs = d->o->nargs ? waiting->n : 0;
		v.what = sentence(d, "deliver", v.nargs, server);
	} else if (d->o->release && held->n) {
		v.kind = ACTION_RELEASE_QUEUE;
		v.args = held->id;
		v.nargs = held->n;
		v.what = sentence(d, "release", held->n, server);
	} else if (d->o->remove && waiting->n + held->n) {
		v.kind = ACTION_REMOVE_QUEUE;
		v.args = waiting->id;
		v.nargs = waiting->n;
		v.back = held->id;
		v.nback = held->n;
		v.what = sentence(d, "remove", (uint64_t)waiting->n + held->n, server);
	} else {
		return;
	}
	d->plan.actions[d->plan.nactions++] = v;
}

static void make_plan(struct deed *d)
{
	const struct inquiry *facts = d->ask.facts;
	struct buf sender = BUF_MAX(1024);

	d->plan.actions = arena_alloc(d->arena, MAIL_SERVERS * sizeof(struct action));
	plan_server(d, SERVER_POSTFIX, facts->postfix_spool.n > 0);
	plan_server(d, SERVER_EXIM, facts->exim_spool.n > 0);
	/* not the culprit's own name: "undo auth info@shop.example" is about what contain did */
	buf_addf(&sender, "queue %s", d->by_ids ? "by id" : d->o->nargs ? d->o->args[0] : "all");
	d->plan.sender = arena_span(d->arena, buf_view(&sender));
	buf_free(&sender);
}

/* --- doing it ------------------------------------------------------------------------------------- */

static int look_again(void *owner, const struct span *ids, size_t n, struct arena *a, struct act_looked *ret,
		      struct err *err)
{
	struct deed *d = owner;
	int rc;

	ret->innocent = arena_alloc(a, (n + 1) * sizeof(*ids));
	d->looking_again = true;
	rc = look(d, err);
	d->looking_again = false;
	/* of what cannot be looked at nobody says that it is gone */
	if (rc < 0 && d->looked) {
		term_tell("spamtrail: what is gone cannot be looked at: ", span_str(err->text));
		d->left = n;
		return 0;
	}
	d->looked = true;
	for (size_t i = 0; i < n && rc == 0; i++)
		if (!ids_have(&d->again, ids[i]))
			ret->innocent[ret->ninnocent++] = ids[i];
	d->left = n - ret->ninnocent;
	ids_free(&d->again);
	return rc;
}

static int see(void *owner, const struct journal_row *r)
{
	struct deed *d = owner;

	if (d->o->output == OUTPUT_JSON)
		history_json(&d->sink, r);
	else if (d->o->output == OUTPUT_PLAIN)
		history_plain(&d->sink, r);
	else
		history_text(&d->sink, r, d->screen);
	return 0;
}

static int do_it(struct deed *d, const char *state, struct err *err)
{
	struct actor_want want = { .state_dir = state };
	struct buf note = BUF_MAX(64u << 10);
	struct actor_client *client;
	struct act_planned *planned;
	int rc = actor_start(&want, &client, &note, err);

	if (!d->o->quiet)
		term_tell("spamtrail: ", buf_view(&note));
	buf_free(&note);
	if (rc < 0)
		return rc;
	rc = actor_plan(client, &d->plan, d->arena, &planned, err);
	for (size_t i = 0; rc == 0 && i < d->plan.nactions; i++) {
		enum act_state got = ACT_STATE_FAILED;

		d->looked = false;
		rc = actor_apply(client, i, look_again, see, d, &got, err);
		d->done += rc == 0 && got == ACT_STATE_DONE;
		/* some were removed, and some the mail server keeps locked */
		d->failed += rc < 0 || got != ACT_STATE_DONE || (d->o->remove && d->left);
	}
	actor_end(client);
	return rc;
}

static int state_of(const struct options *o, char path[PATH_MAX], struct err *err)
{
	struct config config;
	int rc = config_load(&config, o->config, err);

	if (rc == 0)
		rc = state_dir_make(state_dir(o, &config), path, err);
	config_free(&config);
	return rc;
}

static int ask_operator(const struct deed *d, struct err *err)
{
	const char *question = d->o->flush     ? "Deliver them now?"
			       : d->o->release ? "Let them go on?"
					       : "Remove them for good?";

	if (d->o->yes)
		return 0;
	/* a pipe's first byte is nobody's consent, and standard input may have been the ids */
	if (d->by_ids || !isatty(STDIN_FILENO))
		return err_set(err, EXIT_USAGE, "nobody to ask here: say --yes");
	return term_agreed(question) ? 0 : err_set(err, EXIT_USAGE, "nothing was changed");
}

/* For a script that only asks; the screen has had it above. */
static int show_plan(struct deed *d, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);

	if (d->o->output == OUTPUT_JSON)
		plan_json(&s, &d->plan, NULL, "queue_plan");
	else if (d->o->output == OUTPUT_PLAIN)
		plan_plain(&s, &d->plan, NULL);
	return sink_end(&s, "standard output", err);
}

static int carry_out(struct deed *d, struct err *err)
{
	struct screen screen = *d->screen;
	struct sink before = sink_new(d->o->output == OUTPUT_SCREEN ? STDOUT_FILENO : STDERR_FILENO);
	char state[PATH_MAX];
	struct err lost;
	int rc;

	if (!d->o->quiet || d->o->dry_run || !d->o->yes)
		queue_deed_text(&before, &d->view, &d->plan, &screen);
	rc = sink_end(&before, "standard output", err);
	if (rc < 0)
		return rc;
	if (d->plan.nactions == 0 || d->o->dry_run)
		return show_plan(d, err);
	rc = ask_operator(d, err);
	if (rc == 0)
		rc = state_of(d->o, state, err);
	if (rc < 0)
		return rc;
	d->sink = sink_new(STDOUT_FILENO);
	if (d->o->output == OUTPUT_JSON)
		history_json_begin(&d->sink, "spamtrail.queue_deed/1");
	rc = do_it(d, state, err);
	if (d->o->output == OUTPUT_JSON)
		history_json_end(&d->sink, rc == 0 && d->failed == 0);
	if (sink_end(&d->sink, "standard output", rc < 0 ? &lost : err) < 0 && rc == 0)
		rc = -err->code;
	return rc < 0 ? rc : d->failed ? EXIT_INCOMPLETE : EXIT_NOTHING;
}

static int run(struct deed *d, struct err *err)
{
	const struct options *o = d->o;
	int rc = 0;

	if (o->root && strcmp(o->root, "/") != 0)
		return err_set(err, EXIT_USAGE,
			       "an image's queue is not changed: it is no --root's mail server");
	if (o->remove && !o->nargs && !o->all)
		return err_set(err, EXIT_USAGE, "--remove takes a group, - for queue ids, or --all");
	if (o->nargs && strcmp(o->args[0], "-") == 0) {
		d->ask.pick = SPAN_NONE;
		rc = read_ids(d, err);
	}
	if (rc == 0)
		rc = look(d, err);
	if (rc == 0 && d->too_many)
		rc = err_set(err, EXIT_USAGE, "more than a million messages: name a smaller group");
	if (rc == 0 && o->flush && o->nargs &&
	    (d->waiting[SERVER_POSTFIX].n > FLUSH_SINGLE || d->waiting[SERVER_EXIM].n > FLUSH_SINGLE))
		rc = err_set(err, EXIT_USAGE, "more than %d messages of one group: flush the whole queue",
			     FLUSH_SINGLE);
	/* a name that was mistyped is no success */
	if (rc == 0 && o->nargs && d->there == 0)
		rc = d->by_ids ? err_set(err, EXIT_NOINPUT, "none of these ids is in the queue")
			       : queue_no_group(&d->ask, o->args[0], arena_str(d->arena, d->screen->again),
						d->arena, err);
	if (rc < 0)
		return rc;
	make_plan(d);
	rc = carry_out(d, err);
	return rc == 0 && d->view.nunseen ? EXIT_INCOMPLETE : rc;
}

int queue_deed(const struct options *o, const struct queue_ask *ask, struct arena *a,
	       const struct screen *screen, struct err *err)
{
	struct deed d = { .o = o, .ask = *ask, .arena = a, .screen = screen };
	int rc = run(&d, err);

	ids_free(&d.asked);
	ids_free(&d.meant);
	for (int i = 0; i < MAIL_SERVERS; i++) {
		ids_free(&d.waiting[i]);
		ids_free(&d.held[i]);
	}
	return rc;
}
