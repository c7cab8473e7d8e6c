/*
 * accounts - who owns a uid, a login, a domain or a path on this server.
 *
 * Built from the bytes of passwd, cPanel's /etc/userdomains (and trueuserdomains) and DirectAdmin's
 * /etc/virtual/domainowners ("domain: user"). Immutable once built; lookups allocate nothing.
 *
 * TRUST: files only root writes, but a mounted image may hold anything: bad lines are counted, never fatal.
 */
#ifndef SPAMTRAIL_HOST_ACCOUNTS_H
#define SPAMTRAIL_HOST_ACCOUNTS_H

#include "base/span.h"

#define ACCOUNT_NONE UINT32_MAX

struct accounts;

struct account {
	struct span name; /* passwd name, or the user a domain table names */
	struct span home; /* n == 0: unknown, or no home that could belong to one account */
	uint32_t uid, gid; /* UINT32_MAX: unknown */
	bool shared; /* web server user that many sites run as: www-data, apache, nobody ... */
	bool mta; /* the MTA's own user: Debian-exim, mailnull, postfix ... */
};

struct accounts *accounts_new(void);
void accounts_free(struct accounts *a);
/* Each copies what it keeps; the bytes may go. Returns the number of lines that made no sense. */
uint64_t accounts_add_passwd(struct accounts *a, struct span bytes);
uint64_t accounts_add_domains(struct accounts *a, struct span bytes);
/* Once, after the last add: builds the lookup by path. */
void accounts_ready(struct accounts *a);

size_t accounts_count(const struct accounts *a);
/* INDEX from any lookup below. */
const struct account *accounts_get(const struct accounts *a, uint32_t index);

/* Each gives an index or ACCOUNT_NONE. */
uint32_t accounts_by_name(const struct accounts *a, struct span name);
uint32_t accounts_by_uid(const struct accounts *a, uint32_t uid);
/* Fetches what accounts_by_uid will look at. */
void accounts_uid_prefetch(const struct accounts *a, uint32_t uid);
/* A user of many sites with this group as his own. */
uint32_t accounts_shared_group(const struct accounts *a, uint32_t gid);
/* DOMAIN in any case, a trailing dot dropped; with PARENTS also the nearest parent domain. */
uint32_t accounts_by_domain(const struct accounts *a, struct span domain, bool parents);
/* False: neither DOMAIN nor a parent is anybody's, found out for little; true says nothing. */
bool accounts_domain_maybe(const struct accounts *a, struct span domain);
/* The account whose home holds PATH (whole components, the longest home wins), or the one that
 * /home*, /var/www/vhosts/DOMAIN and the like name. Shared and system users never own a path. */
uint32_t accounts_by_path(const struct accounts *a, struct span path);

#endif
