/*
 * past_brake - an alarm on its own way while the brake is on: the local mail server would take it in and keep it.
 *
 * The brake lets sockets of spamtrail-post pass (act/firewall.c): it hands the alarm to the recipient's own mail hosts,
 * as the local server would (RFC 5321, 5.1), but for their order, which does not matter for one message.
 *
 * TRUST: addresses are the operator's; host names come from DNS. Who lies there gets one alarm.
 */
#ifndef SPAMTRAIL_APP_PAST_BRAKE_H
#define SPAMTRAIL_APP_PAST_BRAKE_H

#include "base/span.h"

#include <stdbool.h>

struct arena;

/* As the kernel has it. False, too, where that cannot be asked: only root may. */
bool brake_is_on(void);

#define MAIL_HOSTS_MOST 8

/*
 * Hosts that take mail for ADDRESS into RET, in A; their number. 0: it is a local one, or DNS does not say. RESOLVER as in
 * dns_helper.h.
 */
size_t mail_hosts(const char *resolver, bool unconfined, struct span address, struct arena *a,
		  struct span ret[MAIL_HOSTS_MOST]);

#endif
