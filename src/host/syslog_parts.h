/*
 * syslog_parts - how well a syslog target fits as the mail log, from rsyslog's and syslog-ng's own words.
 *
 * Private to syslog.c, rsyslog.c and syslog_ng.c.
 */
#ifndef SPAMTRAIL_HOST_SYSLOG_PARTS_H
#define SPAMTRAIL_HOST_SYSLOG_PARTS_H

#include "host/conf.h"

/* One line often goes to several files: only the best kind is read, or every line would count twice. */
enum syslog_fit {
	FIT_NONE, /* no mail, or only its warnings */
	FIT_ALL, /* everything of every facility, mail among it */
	FIT_PROGRAM, /* lines of named programs, which go on to other files, too */
	FIT_MAIL_INFO, /* mail.info */
	FIT_MAIL, /* mail.*, or a program's lines that go nowhere else */
};

struct syslog_target {
	struct span path;
	enum syslog_fit fit;
	bool auth; /* gets authpriv or auth by name */
};

#define TARGETS_MOST 64

struct syslog_targets {
	struct syslog_target target[TARGETS_MOST];
	size_t n;
};

/* PATH goes to mail with FIT, to logins with AUTH; beyond TARGETS_MOST further ones are dropped. */
void syslog_add(struct syslog_targets *t, struct span path, enum syslog_fit fit, bool auth);
void rsyslog_read(struct gather *g, struct syslog_targets *ret_targets);
void syslog_ng_read(struct gather *g, struct syslog_targets *ret_targets);

#endif
