/*
 * verb_undo - `undo ACTION|INCIDENT|SENDER`, `undo --expired`, `history`, `history --purge`: what the journal knows, and
 * taking it back. All of it is the actor's work; here rows are printed. Beside them history shows what an operator has given
 * his word for (store/words.h).
 *
 * EXIT_INCOMPLETE where a row could not be undone or purged: the others are, and each says why.
 * TRUST: rows quote senders, paths and programs' words, all foreign; report/history.h escapes them.
 */
#include "app/actor.h"
#include "app/config.h"
#include "app/gone.h"
#include "app/held_since.h"
#include "app/state_dir.h"
#include "app/term.h"
#include "app/verbs.h"
#include "base/show.h"
#include "report/history.h"
#include "report/sink.h"
#include "store/store.h"
#include "store/words.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY 86400u

struct telling {
	const struct options *o;
	struct sink sink;
	struct screen screen;
	bool undoing; /* a row that is not undone then is something that could not be done */
	bool short_of; /* there was one */
	bool any;
	struct held_since held;
	struct gone gone;
	const char *state; /* the folder */
	struct arena *arena;
	struct word *words; /* oldest first, as rows are */
	size_t nwords, told;
};

/* Those that were given before UNTIL, in their place among the actions; in JSON they are a list of their own. */
static void tell_words(struct telling *t, int64_t until)
{
	for (; t->told < t->nwords && t->words[t->told].at < until; t->told++) {
		t->any = true;
		if (t->o->output == OUTPUT_PLAIN)
			history_plain_word(&t->sink, &t->words[t->told]);
		else if (t->o->output != OUTPUT_JSON)
			history_text_word(&t->sink, &t->words[t->told], &t->screen);
	}
}

static int tell(void *owner, const struct journal_row *r)
{
	struct telling *t = owner;

	tell_words(t, r->planned);
	t->any = true;
	t->short_of =
		t->short_of || (t->undoing && r->state != ACT_STATE_UNDONE && r->state != ACT_STATE_PURGED);
	if (t->undoing && r->state == ACT_STATE_UNDONE) {
		held_since_add(&t->held, r);
		gone_add(&t->gone, r);
	}
	if (t->o->output == OUTPUT_JSON)
		history_json(&t->sink, r);
	else if (t->o->output == OUTPUT_PLAIN)
		history_plain(&t->sink, r);
	else
		history_text(&t->sink, r, &t->screen);
	return 0;
}

/* The state folder as an absolute path: the actor works in "/". */
static int state_of(const struct options *o, const struct config *c, char path[PATH_MAX], struct err *err)
{
	const char *dir = state_dir(o, c);

	if (!dir)
		return err_set(err, EXIT_USAGE, "with --root say with --state DIR where its journal is");
	if (!realpath(dir, path))
		return err_sys(err, EXIT_NOINPUT, "%s: no journal of actions is there", dir);
	return 0;
}

typedef int ask_actor(struct actor_client *c, const struct options *o, const struct config *config,
		      struct telling *t, struct err *err);

/* A state that was never begun holds none, and looking must not begin one. */
static void read_words(struct telling *t)
{
	struct buf note = BUF_MAX(1024), path = BUF_MAX(PATH_MAX + 16);
	struct err err = { 0 };
	struct store *s;
	int rc;

	buf_addf(&path, "%s/state.db", t->state);
	buf_byte(&path, '\0');
	rc = access(path.p, F_OK) < 0 && errno == ENOENT ? 1 : store_open(t->state, &s, &note, &err);
	if (rc == 0) {
		rc = store_words(s, t->arena, &t->words, &t->nwords, &err);
		store_close(s);
	}
	if (rc < 0) {
		t->short_of = true;
		term_tell("spamtrail: what was given word for is not known: ", span_str(err.text));
	}
	buf_free(&path);
	buf_free(&note);
}

/* A sender in any spelling of the screens, "mailbox X" or "auth:X", as the journal has him; any other word as it is. */
static struct span sender_name(struct arena *a, const char *word)
{
	struct span rest = span_str(word), name;
	struct buf text = BUF_MAX(8192);
	enum sender_kind kind;

	if (!sender_kind_take(&rest, &kind))
		return span_str(word);
	buf_addf(&text, "%s ", sender_kind_name(kind));
	buf_span(&text, rest);
	name = arena_span(a, buf_view(&text));
	buf_free(&text);
	return name;
}

static int ask_undo(struct actor_client *c, const struct options *o, const struct config *config,
		    struct telling *t, struct err *err)
{
	const struct act_undo what = { .what = sender_name(t->arena, o->nargs ? o->args[0] : ""),
				       .moved = o->moved };

	gone_learn(&t->gone, c, what.what);
	return o->expired ? actor_undo_expired(c, tell, t, err) : actor_undo(c, &what, tell, t, err);
}

static int ask_history(struct actor_client *c, const struct options *o, const struct config *config,
		       struct telling *t, struct err *err)
{
	int rc;

	if (o->purge)
		return actor_purge(c, (uint32_t)config->keep_days.value * DAY, tell, t, err);
	read_words(t);
	rc = actor_history(c, tell, t, err);
	tell_words(t, INT64_MAX);
	return rc;
}

static int with_actor(const struct options *o, const char *schema, ask_actor *ask, bool undoing,
		      struct err *err)
{
	char state[PATH_MAX], root[PATH_MAX];
	struct arena *a = arena_new();
	struct telling t = { .o = o,
			     .undoing = undoing,
			     .state = state,
			     .arena = a,
			     .held.arena = a,
			     .gone = { .arena = a, .state = state } };
	struct actor_want want = { .state_dir = state };
	struct buf note = BUF_MAX(64u << 10);
	struct actor_client *client;
	struct config config;
	int rc = config_load(&config, o->config, err);

	if (rc == 0)
		rc = state_of(o, &config, state, err);
	if (rc == 0 && o->root) {
		want.root = realpath(o->root, root);
		if (!want.root)
			rc = err_sys(err, EXIT_NOINPUT, "%s cannot be opened", o->root);
	}
	if (rc == 0)
		rc = actor_start(&want, &client, &note, err);
	/* Also after a failure: what was found interrupted has been settled, and that is to be known. */
	if (!o->quiet)
		term_tell("spamtrail: ", buf_view(&note));
	buf_free(&note);
	if (rc == 0) {
		t.sink = sink_new(STDOUT_FILENO);
		t.screen = term_screen(o, STDOUT_FILENO);
		if (o->output == OUTPUT_JSON)
			history_json_begin(&t.sink, schema);
		rc = ask(client, o, &config, &t, err);
		actor_end(client);
		/* cron's undo --expired says nothing where there is nothing */
		if (rc == 0 && !t.any && !o->expired && o->output == OUTPUT_SCREEN && !o->quiet)
			history_text_none(&t.sink, o->purge);
		if (o->output == OUTPUT_JSON && ask == ask_history)
			history_json_words(&t.sink, t.words, t.nwords, rc == 0 && !t.short_of);
		else if (o->output == OUTPUT_JSON)
			history_json_end(&t.sink, rc == 0 && !t.short_of);
		if (rc == 0)
			rc = sink_end(&t.sink, "standard output", err);
		else
			sink_end(&t.sink, "standard output", NULL);
	}
	if (t.held.n && !o->quiet && !options_image(o))
		held_since_tell(&t.held, o);
	if (!o->quiet)
		gone_tell(&t.gone);
	arena_free(a);
	config_free(&config);
	return rc == 0 && t.short_of ? EXIT_INCOMPLETE : rc;
}

int verb_undo(const struct options *o, struct err *err)
{
	/* Neither would mean everything, both would be two wishes; undo guesses at neither. */
	if (o->expired != (o->nargs == 0) || (o->nargs && !*o->args[0]))
		return err_set(err, EXIT_USAGE,
			       "usage: spamtrail undo ACTION|INCIDENT|SENDER, or undo --expired");
	return with_actor(o, "spamtrail.undo/1", ask_undo, true, err);
}

int verb_history(const struct options *o, struct err *err)
{
	return with_actor(o, "spamtrail.history/1", ask_history, o->purge, err);
}
