/*
 * exim_conf - the options, host lists and access rules of an Exim configuration that matter here.
 *
 * Private to exim.c, exim_conf.c, exim_acl.c and exim_advice.c.
 *
 * TRUST: root's configuration, or an image's. Macros are replaced as whole words, .ifdef and .include are followed
 * with limits; no expansion string is ever worked out.
 */
#ifndef SPAMTRAIL_HOST_EXIM_CONF_H
#define SPAMTRAIL_HOST_EXIM_CONF_H

#include "host/conf.h"

enum exim_section { EXIM_MAIN, EXIM_ACL, EXIM_AUTHENTICATORS, EXIM_TRANSPORTS, EXIM_OTHER };

struct exim_name {
	struct span name, value;
};

/* One statement of an access control list while it is read. */
struct exim_rule {
	struct span verb;
	bool anyone; /* hosts = * */
	bool narrow; /* another condition must hold, too */
	bool guard; /* keeps strangers from relaying */
};

#define EXIM_NAMES_MOST 400
#define EXIM_IFS_MOST 32

struct exim {
	struct gather *g;
	struct conf conf;
	struct span path; /* of the configuration file */
	bool split; /* read from Debian's conf.d or template, as it was never generated */
	struct exim_name macro[EXIM_NAMES_MOST];
	size_t nmacros;
	struct exim_name hostlist[EXIM_NAMES_MOST];
	size_t nhostlists;
	struct {
		bool active, taken;
	} condition[EXIM_IFS_MOST]; /* .ifdef in .ifdef */
	size_t nconditions;
	enum exim_section section;
	struct span spool_directory, log_file_path, log_selector, primary_hostname, acl_smtp_rcpt, auth_advertise_hosts;
	struct span interfaces, helo_data; /* of a transport, where they are plain text */
	struct span trusted_users, trusted_groups;
	bool debian_macro; /* MAIN_LOG_SELECTOR is how the selector is set here */
	bool logs_x_php; /* an ACL writes PHP's headers to the log */
	struct span acl; /* the list that is being read */
	struct exim_rule rule;
	bool guarded; /* in this list, so far */
	struct span open_rule; /* the accept that lets everybody relay */
	bool server_block, tls_block, plain_login; /* of authenticators */
};

/* false: no configuration in any of the usual places. RET_EXIM is big and lives in the scratch arena. */
bool exim_read(struct gather *g, struct exim **ret_exim);

/* A colon-separated list: "::" is a colon, "<;" at the start changes the separator. */
struct exim_list {
	struct span left;
	char separator;
};

struct exim_list exim_list(struct span text);
/* The next item, in A; false at the end. */
bool exim_item(struct arena *a, struct exim_list *list, struct span *ret_item);
struct span exim_hostlist(const struct exim *e, struct span name);

/* A line of "begin acl". */
void exim_acl_line(struct exim *e, struct span line);
/* The statement that was being read is over. */
void exim_acl_end(struct exim *e);

void exim_advise(struct exim *e);

#endif
