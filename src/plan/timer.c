/*
 * timer - what was done for a limited time (--for) is taken back by `spamtrail undo --expired`, which a systemd timer or a
 * line of cron's runs each minute. Both come with the installation; setup switches the timer on.
 *
 * systemd.timer(5): a unit that is enabled has a link in the folder of what wants it.
 *
 * TRUST: names of files only; nothing is read.
 */
#include "plan/door.h"

#include "plan/draft.h"

#include "sys/beneath.h"

#define TIMER "spamtrail-expired.timer"

static bool there(struct draft *d, const char *path)
{
	struct file_status st;

	return d->io->status(d->io->host.ctx, span_str(path), &st);
}

static bool has_systemd(struct draft *d)
{
	return there(d, "/run/systemd/system");
}

static bool is_installed(struct draft *d)
{
	static const char *const paths[] = { "/etc/systemd/system/" TIMER,
					     "/usr/local/lib/systemd/system/" TIMER,
					     "/usr/lib/systemd/system/" TIMER, "/lib/systemd/system/" TIMER };

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (there(d, paths[i]))
			return true;
	return false;
}

static bool runs(struct draft *d)
{
	return has_systemd(d) ? there(d, "/etc/systemd/system/timers.target.wants/" TIMER)
			      : there(d, "/etc/cron.d/spamtrail");
}

void timer_setup(struct draft *d)
{
	struct action *v;

	if (runs(d))
		return;
	if (!has_systemd(d) || !is_installed(d)) {
		draft_note(d,
			   "nothing here takes back what was done for a limited time: make install brings %s",
			   has_systemd(d) ? "a timer, " TIMER : "/etc/cron.d/spamtrail");
		return;
	}
	v = draft_action(d, ACTION_COMMAND, 'A');
	v->args = draft_words(d, 4, SPAN("/usr/bin/systemctl"), SPAN("enable"), SPAN("--now"), SPAN(TIMER));
	v->nargs = 4;
	v->back = draft_words(d, 4, SPAN("/usr/bin/systemctl"), SPAN("disable"), SPAN("--now"), SPAN(TIMER));
	v->nback = 4;
	v->lifetime = 0;
	v->what = SPAN("setup: a timer takes back each minute what was done for a limited time");
	v->command = SPAN("systemctl enable --now " TIMER);
	v->undo = SPAN("systemctl disable --now " TIMER);
}

void timer_tell(struct draft *d)
{
	if (d->want->lifetime && !d->want->elsewhere && !runs(d))
		draft_note(d,
			   "nothing here takes it back by itself: run spamtrail setup%.*s, or then spamtrail "
			   "undo --expired%.*s",
			   ARG(d->want->again[PLAN_SAY_SETUP]), ARG(d->want->again[PLAN_SAY_UNDO]));
}
