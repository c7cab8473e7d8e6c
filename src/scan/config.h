/*
 * config - files that tell the web server or PHP what to run: .htaccess, .user.ini, php.ini, crontabs.
 * TRUST: an account writes them.
 */
#ifndef SPAMTRAIL_SCAN_CONFIG_H
#define SPAMTRAIL_SCAN_CONFIG_H

#include "base/span.h"

struct arena;
struct events;
struct judgement;

/* The file's name says that it is one. */
bool config_named(struct span path);
void config_judge(struct span path, struct span bytes, struct arena *a, struct events *ev, struct judgement *ret);

#endif
