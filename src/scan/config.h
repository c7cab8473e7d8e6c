/*
 * config - files that say what is to be run: the web server's and PHP's (.htaccess, .user.ini, php.ini, pages with commands),
 * crontabs, at jobs, what a login, a key or incoming mail starts, systemd's units of a user.
 * TRUST: an account writes them.
 */
#ifndef SPAMTRAIL_SCAN_CONFIG_H
#define SPAMTRAIL_SCAN_CONFIG_H

#include "base/span.h"

struct arena;
struct events;
struct judgement;

/*
 * The file's name says that it is one; a page is one only with a command in it, a program never. PATH may be of any form; its last part
 * decides, for crontabs, jobs and units a folder in it. Apache's default names only: who sets AccessFileName or
 * user_ini.filename differently is not followed.
 */
bool config_named(struct span path, struct span bytes);
/* Beneath a home, what starts something without anybody asking, one by one; NULL behind the last. */
const char *config_start(size_t i);
/*
 * Weighs BYTES (under 4 GiB) by the kind that PATH tells; EV lives in A and points into BYTES. RET and EV
 * are overwritten. Cannot fail: what is no directive is passed over, and where something lies behind the limits of lines
 * and bytes RET->limits says so.
 */
void config_judge(struct span path, struct span bytes, struct arena *a, struct events *ev,
		  struct judgement *ret);

#endif
