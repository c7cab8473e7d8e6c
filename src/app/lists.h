/*
 * lists - which DNS lists are asked: the shipped table, /etc/spamtrail/blocklists.d, and what the configuration names.
 */
#ifndef SPAMTRAIL_APP_LISTS_H
#define SPAMTRAIL_APP_LISTS_H

#include <stddef.h>

struct arena;
struct blocklist;
struct config;
struct err;

/* RET_LIST lives in A. EXIT_CONFIG names file and line; also where [reputation] only leaves nothing. */
int lists_load(struct arena *a, const struct config *c, struct blocklist **ret_list, size_t *ret_n, struct err *err);

#endif
