/*
 * verb_signs - `signs`: is it happening now? One look, cheap enough for a server that chokes: every few minutes.
 *
 * The confined reader gives the newest hour of the logs, the process reader what the mail server takes, the queue reader
 * how much waits; what reputation and complaints last said comes from the state. No name server is asked.
 *
 * TRUST: what children found was checked in form; here numbers are compared, and texts go to report/, which escapes them.
 */
#include "app/config.h"
#include "app/inquire.h"
#include "app/notify.h"
#include "app/queue_reader.h"
#include "app/signs_gather.h"
#include "app/signs_state.h"
#include "app/term.h"
#include "app/verbs.h"
#include "judge/usual.h"
#include "report/signs.h"
#include "store/store.h"
#include "sys/clock.h"

#include <stdlib.h>
#include <unistd.h>

#define HOUR 3600
#define TEXTS_MOST 64

struct work {
	const struct options *o;
	struct config config;
	struct arena *arena;
	struct inquire in;
	bool asked;
	struct store *store;
	struct signs_past past;
	struct queue_report queue;
	struct signs_found found;
	struct signs s;
	struct span unseen[TEXTS_MOST], notes[TEXTS_MOST];
};

static void unseen(struct work *w, struct span text)
{
	if (w->s.nunseen < TEXTS_MOST)
		w->unseen[w->s.nunseen++] = arena_span(w->arena, text);
}

static void note(struct work *w, struct span text)
{
	if (w->s.nnotes < TEXTS_MOST)
		w->notes[w->s.nnotes++] = arena_span(w->arena, text);
}

static void note_lines(struct work *w, struct span text)
{
	ptrdiff_t end;

	for (; (end = span_find(text, 0, '\n')) >= 0; text = span_from(text, (size_t)end + 1))
		if (end > 0)
			note(w, span_head(text, (size_t)end));
}

/* --- one look --------------------------------------------------------------------------------------- */

/* Without a log there is still a queue, a configuration and what the mail server takes. */
static int look_at_logs(struct work *w, struct err *err)
{
	struct options o = *w->o;
	int rc;

	o.newest = HOUR;
	o.refusals = true;
	o.quiet = true;
	rc = inquire(&o, 0, NULL, &w->in, err);
	w->asked = true;
	w->found.logs = rc == 0;
	if (rc != -EXIT_NOINPUT)
		return rc;
	inquire_end(&w->in);
	unseen(w, SPAN("no mail log was found"));
	o.facts_only = true;
	return inquire(&o, 0, NULL, &w->in, err);
}

static void look_at_queue(struct work *w, const struct root *root)
{
	struct queue_ask ask = { .root = root,
				 .facts = w->in.q,
				 .now = w->in.q->now,
				 .unconfined = w->o->unconfined,
				 .count = true };
	struct err err = { 0 };

	if (!w->in.q->postfix_spool.n && !w->in.q->exim_spool.n) {
		w->found.no_queue = "there is no queue of Postfix or Exim";
		return;
	}
	if (queue_ask(&ask, w->arena, &w->queue, &err) < 0) {
		w->found.no_queue = arena_str(w->arena, span_str(err.text));
		unseen(w, span_str(w->found.no_queue));
		return;
	}
	for (size_t i = 0; i < w->queue.nunseen; i++)
		unseen(w, w->queue.unseen[i]);
	if (w->queue.nspools)
		w->found.queue = &w->queue;
	else
		w->found.no_queue = "it could not be read";
}

static void take_inquiry(struct work *w)
{
	const struct inquiry *q = w->in.q;

	w->s.host = q->host;
	w->s.mta = q->mta;
	w->s.now = q->now;
	w->s.unconfined = q->unconfined;
	for (size_t i = 0; i < q->nunseen; i++)
		unseen(w, q->unseen[i]);
	for (size_t i = 0; i < q->nnotes; i++)
		note(w, q->notes[i]);
	if (q->stopped)
		unseen(w, SPAN("the logs took too long: they were read in part"));
}

/* --- is it usual? ----------------------------------------------------------------------------------- */

static void judge(struct work *w)
{
	const struct usual_factors factors = { (double)w->config.warning_times.value,
					       (double)w->config.critical_times.value };
	int64_t local = w->s.now + zone_offset(w->in.zone, w->s.now);

	for (unsigned i = 0; i < SIGNS; i++) {
		usual_judge(w->past.usual, local, &factors, (enum sign_id)i, &w->s.sign[i]);
		if (w->s.sign[i].state > w->s.state)
			w->s.state = w->s.sign[i].state;
	}
	/* what is not known is no state of the whole: `complete` tells it */
	if (w->s.state == SIGN_NOT_KNOWN)
		w->s.state = SIGN_NORMAL;
	w->s.complete = w->s.nunseen == 0;
}

static void remember(struct work *w)
{
	int64_t local = w->s.now + zone_offset(w->in.zone, w->s.now);
	struct err err = { 0 };
	bool learnt;

	if (!w->store)
		return;
	/* half a log read is half an hour learnt */
	learnt = !w->in.q->stopped && usual_learn(w->past.usual, w->s.now, local, &w->s);
	if (w->found.queue && (w->s.now < w->past.looked || w->s.now - w->past.looked >= LOOK_LEAST)) {
		w->past.looked = w->s.now;
		w->past.queue = (double)w->queue.all.messages;
	}
	if (signs_past_save(&w->past, learnt, w->store, &err) < 0)
		note(w, span_str(err.text));
}

/* --- telling somebody ------------------------------------------------------------------------------- */

static void tell(struct work *w)
{
	unsigned pause = (unsigned)w->config.pause_minutes.value * 60;
	struct buf told = BUF_MAX(4096), failed = BUF_MAX(4096);
	struct alarm_text text = { .signs = &w->s, .zone = w->in.zone };
	uint32_t local;

	text.news = alarm_look(&w->past.alarm, &w->s, pause);
	text.began = text.news == ALARM_BEGINS ? w->s.now : w->past.alarm.began;
	if (!notify_anybody(&w->config))
		note(w, SPAN("nobody is told: [signs] mail_to and webhook are empty"));
	else if (text.news != ALARM_NOTHING &&
		 notify_send(&w->config, &text, w->o->unconfined, w->arena, &told, &failed, &local)) {
		alarm_sent(&w->past.alarm, text.news, &w->s);
		w->s.told = arena_span(w->arena, buf_view(&told));
		if (local)
			signs_past_mailed(&w->past, w->arena, w->s.now, local);
	}
	/* who is not told must at least find it here, and in the exit code */
	if (failed.n) {
		note_lines(w, buf_view(&failed));
		w->s.complete = false;
	}
	buf_free(&told);
	buf_free(&failed);
}

/* --- the answer ------------------------------------------------------------------------------------- */

static void repeat(const void *o, const char *verb, struct buf *out)
{
	options_again(o, verb, 0, out);
}

static int print(struct work *w, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct screen screen = term_screen(w->o, STDOUT_FILENO);
	int rc;

	screen.repeat = repeat;
	screen.repeat_ctx = w->o;
	screen.zone = w->in.zone;
	switch (w->o->output) {
	case OUTPUT_JSON:
		signs_json(&s, &w->s);
		break;
	case OUTPUT_PLAIN:
		signs_plain(&s, &w->s);
		break;
	case OUTPUT_NAGIOS:
		signs_nagios(&s, &w->s);
		break;
	default:
		if (!w->o->notify || !w->o->quiet)
			signs_text(&s, &w->s, &screen);
	}
	rc = sink_end(&s, "standard output", err);
	return rc;
}

static int code(const struct work *w)
{
	if (w->o->output == OUTPUT_NAGIOS)
		return signs_nagios_code(&w->s);
	if (!w->s.complete)
		return EXIT_INCOMPLETE;
	return w->s.state >= SIGN_WARNING ? EXIT_FOUND : EXIT_NOTHING;
}

static void open_state(struct work *w)
{
	bool elsewhere = options_elsewhere(w->o);
	const char *dir = w->o->state ? w->o->state : elsewhere ? NULL : w->config.state_dir.value;
	struct buf text = BUF_MAX(4096);

	signs_past_load(dir, w->arena, &w->past, &w->store, &text);
	note_lines(w, buf_view(&text));
	buf_free(&text);
	w->found.past = w->store ? &w->past : NULL;
	w->found.live = !elsewhere;
}

static int run(struct work *w, const struct root *root, struct err *err)
{
	int rc = look_at_logs(w, err);

	if (rc < 0)
		return rc;
	take_inquiry(w);
	look_at_queue(w, root);
	/* the state is opened when no child is left that could have it */
	open_state(w);
	w->found.q = w->in.q;
	w->found.config = &w->config;
	signs_gather(&w->s, w->arena, &w->found);
	judge(w);
	if (w->o->notify)
		tell(w);
	remember(w);
	rc = print(w, err);
	return rc < 0 ? rc : code(w);
}

/* A plugin has one line and four codes, also for what went wrong. */
static int complain_to_nagios(const struct err *err)
{
	struct span why = span_str(err->text);
	struct signs s = { .unseen = &why, .nunseen = 1 };
	struct sink out = sink_new(STDOUT_FILENO);

	for (unsigned i = 0; i < SIGNS; i++)
		s.sign[i].state = SIGN_NOT_KNOWN;
	signs_nagios(&out, &s);
	sink_end(&out, "standard output", NULL);
	return signs_nagios_code(&s);
}

int verb_signs(const struct options *o, struct err *err)
{
	struct work *w = xcalloc(1, sizeof(*w));
	struct root root;
	int rc;

	w->o = o;
	w->arena = arena_new();
	w->s.unseen = w->unseen;
	w->s.notes = w->notes;
	rc = config_load(&w->config, o->config, err);
	if (rc == 0 && o->notify)
		rc = notify_check(&w->config, err);
	if (rc == 0 && (rc = root_open(o->root ? o->root : "/", &root, err)) == 0) {
		rc = run(w, &root, err);
		root_close(&root);
	}
	if (w->asked)
		inquire_end(&w->in);
	if (w->past.usual)
		signs_past_free(&w->past);
	store_close(w->store);
	config_free(&w->config);
	arena_free(w->arena);
	free(w);
	return rc < 0 && o->output == OUTPUT_NAGIOS ? complain_to_nagios(err) : rc;
}
