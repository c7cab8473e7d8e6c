/*
 * syslog - which files get mail and logins: the best target of rsyslog and syslog-ng (see syslog_parts.h).
 *
 * TRUST: root's configuration, or an image's; paths are checked by gather.
 */
#include "host/learn.h"
#include "host/syslog_parts.h"

void syslog_add(struct syslog_targets *t, struct span path, enum syslog_fit fit, bool auth)
{
	if (t->n < TARGETS_MOST && gather_is_path(path) && (fit || auth))
		t->target[t->n++] = (struct syslog_target){ path, fit, auth };
}

void syslog_learn(struct gather *g)
{
	struct syslog_targets t = { 0 };
	enum syslog_fit best = FIT_NONE;

	rsyslog_read(g, &t);
	syslog_ng_read(g, &t);
	/* A target that is not there is no reason to leave out the next best one. */
	for (size_t i = 0; i < t.n; i++)
		if (t.target[i].fit > best && gather_there(g, t.target[i].path))
			best = t.target[i].fit;
	for (size_t i = 0; !best && i < t.n; i++)
		best = t.target[i].fit;
	for (size_t i = 0; i < t.n; i++) {
		if (best && t.target[i].fit == best)
			gather_mail_log(g, t.target[i].path, "syslog");
		if (t.target[i].auth)
			gather_log(g, t.target[i].path, LOG_LOGIN);
	}
}
