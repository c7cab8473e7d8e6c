/*
 * learn - the parts of host_learn, one per kind of configuration. Each adds what it finds to the facts.
 *
 * Private to host/. None of them fails: what is missing is not known, what is damaged is skipped.
 */
#ifndef SPAMTRAIL_HOST_LEARN_H
#define SPAMTRAIL_HOST_LEARN_H

#include "host/gather.h"

void panel_learn(struct gather *g);
/* BESIDE: another server was learnt already, so this one's configuration may be a left-over: only where it writes a log. */
void postfix_learn(struct gather *g, bool beside);
void exim_learn(struct gather *g, bool beside);
/* After the MTAs: which files syslog gives mail and logins to. */
void syslog_learn(struct gather *g);
void apache_learn(struct gather *g);
void nginx_learn(struct gather *g);
void php_learn(struct gather *g);
/* The keys it signs with. */
void dkim_learn(struct gather *g);

#endif
