/*
 * plan - see plan.h: who may be acted on, and the order of what stops him: his doors first, then what hands
 * mail over (scripts, cron jobs, processes), and his queued mail last, when nothing new can come behind it.
 */
#include "plan/plan.h"

#include "host/accounts.h"
#include "plan/door.h"
#include "plan/draft.h"

#include <stdio.h>

/* login.defs(5), UID_MIN: below are services, whose uid is many people's; the actor has the same limit */
#define UID_ACCOUNT_LEAST 1000

static bool on_allow_list(const struct draft *d, struct span who)
{
	for (size_t i = 0; i < d->want->nallow; i++) {
		struct span item = d->want->allow[i];
		/* by whole components: /home/vic on the list says nothing of /home/victim */
		bool under = item.n && item.p[0] == '/' && span_starts(who, item) &&
			     (who.n == item.n || who.p[item.n] == '/' || item.p[item.n - 1] == '/');

		if (who.n && (span_eq_nocase(item, who) || under ||
			      (span_starts(item, SPAN("@")) && who.n > item.n &&
			       span_eq_nocase(span_from(who, who.n - item.n), item))))
			return true;
	}
	return false;
}

static int refuse(const struct draft *d, const struct culprit *c, struct err *err)
{
	uint32_t index = accounts_by_name(d->facts->accounts, c->account);
	const struct account *account =
		index == ACCOUNT_NONE ? NULL : accounts_get(d->facts->accounts, index);

	if (span_eq(c->account, SPAN("root")) || span_eq(c->id, SPAN("root")) ||
	    (account && account->uid == 0))
		return err_set(err, EXIT_NOPERM,
			       "root is not acted on: look at what runs as root, spamtrail why");
	if (account && account->mta)
		return err_set(err, EXIT_NOPERM, "%.*s is the mail server's own user: it is not acted on",
			       ARG(c->account));
	if (on_allow_list(d, c->id) || on_allow_list(d, c->account))
		return err_set(err, EXIT_NOPERM,
			       "%.*s is on the trusted list of the configuration: it is not acted on",
			       ARG(c->id));
	return 0;
}

static void look_up(struct draft *d, const struct row *row, struct culprit *ret)
{
	const struct accounts *all = d->facts->accounts;
	uint32_t index = accounts_by_name(all, row->account);
	struct culprit c = { .row = row,
			     .kind = row->kind,
			     .id = row->id,
			     .account = row->account,
			     .grade = row->grade,
			     .uid = PLAN_NO_UID };

	/* logs do not always say whose a sender is; a script's path and a login may */
	if (index == ACCOUNT_NONE && row->kind == KIND_SCRIPT)
		index = accounts_by_path(all, row->id);
	if (index == ACCOUNT_NONE && (row->kind == KIND_LOCAL || row->kind == KIND_AUTH))
		index = accounts_by_name(all, row->id);
	if (index == ACCOUNT_NONE && row->kind == KIND_AUTH && span_find(row->id, 0, '@') > 0)
		index = accounts_by_domain(all, span_from(row->id, (size_t)span_find(row->id, 0, '@') + 1),
					   true);
	if (index != ACCOUNT_NONE) {
		const struct account *a = accounts_get(all, index);

		c.account = a->name;
		c.home = a->home;
		c.shared = a->shared;
		if (a->uid != UINT32_MAX && a->uid >= UID_ACCOUNT_LEAST && !a->shared)
			c.uid = a->uid;
	}
	*ret = c;
}

void queue_hold(struct draft *d, char grade)
{
	static const char *const commands[] = { "postsuper -h -", "exim -MG spamtrail ID..." };
	static const char *const undos[] = { "postsuper -H -", "exim -qGspamtrail -MG '' ID..." };

	for (int i = 0; i < PLAN_SERVERS; i++) {
		struct action *v;

		if (d->want->nids[i] == 0)
			continue;
		v = draft_action(d, ACTION_HOLD_QUEUE, grade);
		v->mta = i == PLAN_POSTFIX ? SPAN("postfix") : SPAN("exim");
		v->args = (struct span *)d->want->ids[i];
		v->nargs = d->want->nids[i];
		v->what = draft_text(d, "%zu queued message%s of his %s held in %s's queue", v->nargs,
				     v->nargs == 1 ? "" : "s", v->nargs == 1 ? "is" : "are",
				     i == PLAN_POSTFIX ? "Postfix" : "Exim");
		v->command = span_str(commands[i]);
		v->undo = span_str(undos[i]);
	}
}

static void close_user(struct draft *d, const struct culprit *c)
{
	if (c->shared) {
		draft_note(d,
			   "%.*s is shared by several sites: it is not closed, blocked or stopped as a "
			   "whole, and queued "
			   "mail that names no site is left alone",
			   ARG(c->account.n ? c->account : c->id));
		return;
	}
	if (c->uid == PLAN_NO_UID) {
		draft_note(d, "%.*s: no uid of an account's own is known, so nothing is closed by uid",
			   ARG(c->id));
		return;
	}
	if (!panel_close(d, c)) {
		postfix_close_user(d, c);
		exim_close_user(d, c);
	} else if (exim_panel_ready(d)) {
		exim_close_user(d, c);
	}
	egress_block(d, c);
}

static void contain_one(struct draft *d, const struct culprit *c)
{
	switch (c->kind) {
	case KIND_AUTH:
		if (!panel_close(d, c)) {
			postfix_close_login(d, c);
			exim_close_login(d, c);
			end_sessions(d, c);
		} else if (exim_panel_ready(d)) {
			exim_close_login(d, c);
		}
		/* last: a password that is still good for a moment opens no door any more */
		mailbox_lock(d, c);
		break;
	case KIND_SCRIPT:
	case KIND_LOCAL:
	case KIND_DIRECT:
		close_user(d, c);
		files_lock(d, c);
		cron_lock(d, c);
		/* last, so that whoever starts them again meets closed doors */
		processes_stop(d, c);
		break;
	case KIND_FORWARD:
		forward_close(d, c);
		break;
	case KIND_RELAY:
		draft_note(
			d,
			"%.*s relays without a password, and who is behind the address is not known: a "
			"program on this "
			"server is named by investigate --live; another host is taken out of mynetworks or "
			"relay_from_hosts",
			ARG(c->id));
		break;
	default:
		draft_note(d, "mail of kind %s has nobody to be stopped here", sender_kind_name(c->kind));
	}
}

/* Where nobody is acted on, the command that names the first is what the screen says next; once is enough. */
static bool is_next(const struct draft *d, const struct culprit *c)
{
	for (size_t i = 0; i < d->want->nrows; i++)
		if (d->want->rows[i].grade == 'A')
			return false;
	return c->row == d->want->rows;
}

/* As contain takes him, and with what it must repeat: by his id alone he could be another. */
static struct span contain_him(struct draft *d, const struct culprit *c)
{
	struct span name = draft_quoted(d, draft_text(d, "%s:%.*s", sender_kind_name(c->kind), ARG(c->id)));

	return draft_text(d, ": spamtrail contain %.*s%.*s", ARG(name),
			  ARG(d->want->again[PLAN_SAY_CONTAIN]));
}

/* An incident's plan acts where the kernel or the mail server vouches; what an operator names is done on his word. */
static bool may_act(struct draft *d, const struct culprit *c)
{
	size_t waiting;

	if (!d->want->incident.n || c->grade == 'A')
		return true;
	waiting = d->want->waiting ? d->want->waiting[c->row - d->want->rows] : 0;
	draft_note(
		d,
		"%s %.*s is named by evidence of grade %c only, which a suspect can spell: look at the proof "
		"(spamtrail why), and name him yourself%.*s%.*s",
		sender_kind_name(c->kind), ARG(c->id), c->grade ? c->grade : 'C',
		ARG(is_next(d, c) ? SPAN("") : contain_him(d, c)),
		ARG(waiting ? draft_text(
				      d,
				      "; %zu queued message%s that the logs tie to it will be held then, too",
				      waiting, waiting == 1 ? "" : "s")
			    : SPAN_NONE));
	return false;
}

/* Of what waits, that which could be the script's, and is left as nothing tells. */
static void tell_untold(struct draft *d)
{
	static const char *const how[] = { "handed over by a user that several sites share",
					   "that came by SMTP from this host itself" };

	for (int by = 0; by < PLAN_DOORS; by++) {
		size_t n = d->want->untold[by];

		if (n)
			draft_note(d,
				   "%zu queued message%s %s, and no log says from which script: left alone "
				   "(spamtrail queue --list%.*s)",
				   n, n == 1 ? "" : "s", how[by], ARG(d->want->again[PLAN_SAY_QUEUE]));
	}
}

static int contain(struct draft *d, struct err *err)
{
	char best = 'C';
	int rc;

	for (size_t i = 0; i < d->want->nrows; i++) {
		struct culprit c;

		look_up(d, &d->want->rows[i], &c);
		/*
		 * one who may not be touched ends the whole plan: the half that is left would look like all
		 * of it
		 */
		rc = refuse(d, &c, err);
		if (rc < 0)
			return rc;
		if (!may_act(d, &c))
			continue;
		if (c.grade && c.grade < best)
			best = c.grade;
		if (d->want->task == PLAN_CONTAIN) {
			contain_one(d, &c);
			credentials_lock(d, &c);
			permissions_take(d, &c);
			credentials_list(d, &c);
		} else if (d->want->sessions && c.kind == KIND_AUTH) {
			end_sessions(d, &c);
		}
		if (i == 0)
			d->plan->sender = draft_text(d, "%s %.*s", sender_kind_name(c.kind), ARG(c.id));
	}
	queue_hold(d, best);
	if (d->want->task == PLAN_CONTAIN)
		tell_untold(d);
	return 0;
}

/* Comes before the brake, so that it is taken back after it: then the queue runs. Doing it only looks. */
static void run_queue_after(struct draft *d, struct span look, struct span *run, size_t nrun, const char *who)
{
	struct action *v = draft_action(d, ACTION_COMMAND, 'A');

	v->args = draft_words(d, 2, run[0], look);
	v->nargs = 2;
	v->back = run;
	v->nback = nrun;
	v->what = draft_text(d, "%s's queue runs once the brake is off; held mail stays held", who);
	v->command = draft_text(d, "%.*s %.*s   (changes nothing)", ARG(run[0]), ARG(look));
	v->undo = draft_text(d, "%.*s %.*s", ARG(run[0]), ARG(run[1]));
}

static void brake(struct draft *d)
{
	struct action *v;

	if (d->facts->postfix_spool.n)
		run_queue_after(d, SPAN("check"), draft_words(d, 2, SPAN("/usr/sbin/postfix"), SPAN("flush")),
				2, "Postfix");
	if (d->facts->exim_spool.n)
		run_queue_after(d, SPAN("-bV"), draft_words(d, 2, exim_program(d), SPAN("-qf")), 2, "Exim");
	v = draft_action(d, ACTION_FIREWALL, 'A');
	v->args = draft_words(d, 1, SPAN("brake"));
	v->nargs = 1;
	v->what = SPAN("connections to ports 25, 465 and 587 of other machines are reset: mail is still "
		       "taken in and "
		       "delivered here, and nothing leaves");
	v->command = SPAN("nft add table inet spamtrail ... tcp dport {25,465,587} reject with tcp reset");
	v->undo = SPAN("nft delete table inet spamtrail, and a queue run; held mail stays held");
	d->plan->sender = SPAN("everybody");
}

static void setup(struct draft *d)
{
	d->plan->sender = SPAN("setup");
	if (!exim_setup(d) && !d->facts->exim_spool.n)
		draft_note(d, "no Exim here, and Postfix needs no hook lines: names go into main.cf itself");
	web_setup(d);
	timer_setup(d);
	if (d->plan->nactions == 0 && d->plan->nnotes == 0)
		draft_note(d, "the hook lines are there");
}

/*
 * Of an image only files can be acted on: its programs, processes, sockets and tables are not this machine's. An edit is
 * made all the same, and who reads the file will find it changed when he starts.
 */
static void keep_files(struct draft *d)
{
	struct plan *p = d->plan;
	size_t n = 0;

	for (size_t i = 0; i < p->nactions; i++) {
		struct action *v = &p->actions[i];

		switch (v->kind) {
		case ACTION_EDIT:
			v->nargs = v->nback = 0;
			break;
		case ACTION_HOLD_FILE:
		case ACTION_PUT_FILE:
		case ACTION_MODE:
			break;
		default:
			continue;
		}
		p->actions[n++] = *v;
	}
	if (n < p->nactions)
		draft_note(d,
			   "%zu more action%s of a running machine (queue, firewall, processes, "
			   "programs): with --root only files are acted on",
			   p->nactions - n, p->nactions - n == 1 ? " is" : "s are");
	p->nactions = n;
}

/* He would be back at once: what ends a session stops nobody whose door stays open. */
static bool is_helpless(const struct draft *d)
{
	if (d->want->task != PLAN_CONTAIN || d->already || !d->plan->sender.n)
		return false;
	for (size_t i = 0; i < d->plan->nactions; i++)
		if (!d->plan->actions[i].transient)
			return false;
	return true;
}

int plan_make(const struct plan_io *io, const struct host_facts *f, const struct plan_want *want,
	      struct arena *a, struct plan *ret_plan, bool *ret_helpless, struct err *err)
{
	struct plan p = { .incident = want->incident };
	struct draft d = { .io = io, .facts = f, .want = want, .arena = a, .plan = &p };
	int rc = 0;

	switch (want->task) {
	case PLAN_CONTAIN:
	case PLAN_REST:
		rc = contain(&d, err);
		break;
	case PLAN_BRAKE:
		brake(&d);
		break;
	case PLAN_SETUP:
		setup(&d);
		break;
	}
	if (rc == 0 && want->task != PLAN_SETUP && want->task != PLAN_REST && p.nactions)
		timer_tell(&d);
	if (rc == 0 && want->elsewhere)
		keep_files(&d);
	if (rc < 0)
		return rc;
	*ret_helpless = is_helpless(&d);
	if (*ret_helpless) {
		p.nactions = 0;
		by_hand(&d);
	}
	*ret_plan = p;
	return 0;
}
