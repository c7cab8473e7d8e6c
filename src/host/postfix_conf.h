/*
 * postfix_conf - main.cf's settings with $name expanded, and the smtpd services of master.cf.
 *
 * Private to postfix.c, postfix_conf.c and postfix_advice.c.
 *
 * TRUST: root's configuration, or an image's. Expansion is bounded in passes and in bytes; maps are not followed.
 */
#ifndef SPAMTRAIL_HOST_POSTFIX_CONF_H
#define SPAMTRAIL_HOST_POSTFIX_CONF_H

#include "host/conf.h"

struct setting {
	struct span name, value;
};

struct service {
	struct span name; /* "smtp", "submission", "127.0.0.1:10025" */
	struct setting *override; /* its -o options */
	size_t noverrides;
};

struct postfix {
	struct gather *g;
	struct setting *setting; /* the last of a name counts */
	size_t nsettings;
	struct service *service; /* smtpd on inet only */
	size_t nservices;
};

/* false: there is no main.cf. */
bool postfix_read(struct gather *g, struct postfix *ret_postfix);
/* Expanded, of SERVICE where it overrides (NULL: main.cf's); FALLBACK where nobody sets it. */
struct span postfix_value(const struct postfix *p, const struct service *service, struct span name,
			  struct span fallback);
/* The next item of a list (blanks and commas between); what stands in braces is one. Empty at the end. */
struct span postfix_item(struct span *list);

void postfix_advise(const struct postfix *p);

#endif
