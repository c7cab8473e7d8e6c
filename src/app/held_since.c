/*
 * held_since - see held_since.h.
 *
 * Frozen mail is Exim's door for local programs (plan/exim_door.c): it is thawed by id, as spamtrail queue --release is for
 * what lies on hold. What came before he was stopped and is still held or frozen is not by us: the mail server gave it up, or
 * somebody here wants it so, and we say that.
 *
 * TRUST: the queue is read by a confined child; ids and the sender's name go through show (term_tell), and he is quoted as a shell has it.
 */
#include "app/held_since.h"

#include "app/inquire.h"
#include "app/queue_reader.h"
#include "app/reader.h"
#include "app/term.h"
#include "sys/clock.h"

#include <string.h>

/* Longer a command line is for nobody. */
#define IDS_TOLD 20

struct count {
	struct row who;
	int64_t since;
	size_t held, frozen, before;
	struct buf frozen_ids, before_ids; /* " ID ID" */
};

struct counting {
	struct count *of; /* each sender, in the order they were asked about */
	size_t n;
};

void held_since_add(struct held_since *h, const struct journal_row *r)
{
	enum sender_kind kind;
	struct span rest = r->sender;

	/* "setup", "everybody" and the queue's own deeds are nobody's */
	if (!sender_kind_take(&rest, &kind))
		return;
	for (size_t i = 0; i < h->n; i++)
		if (span_eq(h->sender[i].name, r->sender)) {
			if (r->planned < h->sender[i].since)
				h->sender[i].since = r->planned;
			return;
		}
	if (h->n == HELD_SENDERS) {
		h->more = true;
		return;
	}
	if (!h->sender)
		h->sender = arena_alloc(h->arena, HELD_SENDERS * sizeof(*h->sender));
	h->sender[h->n++] = (struct held_sender){ arena_span(h->arena, r->sender), r->planned };
}

static void count(void *ctx, const struct queued *q)
{
	const struct counting *all = ctx;
	bool held = queued_is_held(q);
	struct buf *ids = NULL;
	struct count *c;

	if (q->asked == 0 || q->asked > all->n || (!held && q->state != QUEUE_FROZEN))
		return;
	c = &all->of[q->asked - 1];
	if (q->arrival && q->arrival < c->since)
		ids = ++c->before <= IDS_TOLD ? &c->before_ids : NULL;
	else if (held)
		c->held++;
	else
		ids = ++c->frozen <= IDS_TOLD ? &c->frozen_ids : NULL;
	if (ids) {
		buf_byte(ids, ' ');
		buf_span(ids, q->id_text);
	}
}

static void tell(const struct row *who, size_t n, const char *how, struct span command)
{
	struct buf text = BUF_MAX(8192);
	bool forward = who->kind == KIND_FORWARD;

	buf_addf(&text, "%zu message%s %s %.*s %s still %s, as taken in while %s: ", n, n == 1 ? "" : "s",
		 forward ? "for" : "of", (int)who->id.n, who->id.p, n == 1 ? "is" : "are", how,
		 forward ? "nothing was sent on" : "he might not send");
	buf_span(&text, command);
	/* escapes it */
	term_tell("spamtrail: ", buf_view(&text));
	buf_free(&text);
}

/* What came while he might not send, with the command that lets it go. */
static void tell_held(const struct count *c)
{
	const struct row *who = &c->who;
	struct buf command = BUF_MAX(8192);

	buf_str(&command, "spamtrail queue --release");
	options_sender(&command, who->kind, who->id);
	if (c->held)
		tell(who, c->held, "held", buf_view(&command));
	command.n = 0;
	buf_str(&command, "exim -Mt");
	buf_span(&command, buf_view(&c->frozen_ids));
	if (c->frozen > IDS_TOLD)
		buf_str(&command, " ... and the others of spamtrail queue --list");
	if (c->frozen)
		tell(who, c->frozen, "frozen", buf_view(&command));
	buf_free(&command);
}

static void tell_before(const struct count *c)
{
	struct buf text = BUF_MAX(8192);

	buf_addf(&text,
		 "held or frozen before he was stopped, or by somebody here, and left so: %zu of %.*s:",
		 c->before, (int)c->who.id.n, c->who.id.p);
	buf_span(&text, buf_view(&c->before_ids));
	if (c->before > IDS_TOLD)
		buf_str(&text, " ...");
	term_tell("spamtrail: ", buf_view(&text));
	buf_free(&text);
}

/* All at once: a queue may be long. */
static int ask_queue(const struct queue_ask *where, const struct held_since *h, struct arena *a,
		     struct err *err)
{
	struct queue_ask ask = *where;
	struct row *who = arena_alloc(a, (h->n + 1) * sizeof(*who));
	struct counting all = { .of = arena_alloc(a, (h->n + 1) * sizeof(*all.of)), .n = h->n };
	struct queue_report report;
	int rc;

	for (size_t i = 0; i < h->n; i++) {
		who[i] = (struct row){ .id = h->sender[i].name };
		if (!sender_kind_take(&who[i].id, &who[i].kind))
			who[i].kind = KIND_OTHER;
		if (who[i].kind == KIND_LOCAL)
			who[i].account = who[i].id;
		all.of[i] = (struct count){ .who = who[i],
					    .since = h->sender[i].since,
					    .frozen_ids = BUF_MAX(4096),
					    .before_ids = BUF_MAX(4096) };
	}
	ask.only = who;
	ask.nonly = h->n;
	ask.message = count;
	ask.ctx = &all;
	rc = queue_ask(&ask, a, &report, err);
	for (size_t i = 0; i < h->n; i++) {
		if (rc == 0)
			tell_held(&all.of[i]);
		if (rc == 0 && all.of[i].before)
			tell_before(&all.of[i]);
		buf_free(&all.of[i].frozen_ids);
		buf_free(&all.of[i].before_ids);
	}
	return rc;
}

void held_since_tell(const struct held_since *h, const struct options *o)
{
	struct arena *a = arena_new();
	struct clock clock = { 0 };
	struct root root;
	struct err why = { 0 };
	struct inquiry *facts;
	int rc = root_open("/", &root, &why);

	if (rc == 0) {
		struct reader_want want = { .root = &root,
					    .now = inquire_now(&clock),
					    .unconfined = o->unconfined,
					    .facts_only = true };

		rc = reader_inquire(&want, a, &facts, &why);
		if (rc == 0) {
			const struct queue_ask where = {
				.root = &root, .facts = facts, .now = facts->now, .unconfined = o->unconfined
			};

			rc = ask_queue(&where, h, a, &why);
		}
		root_close(&root);
	}
	if (h->more)
		term_tell("spamtrail: ",
			  SPAN("of more than 1,000 senders it is not said what is still held of theirs: "
			       "spamtrail queue --by culprit"));
	/* no queue at all holds nothing */
	if (rc < 0 && rc != -EXIT_NOINPUT)
		term_tell("spamtrail: whether mail of theirs is still held is not known: ",
			  span_str(why.text));
	arena_free(a);
}
