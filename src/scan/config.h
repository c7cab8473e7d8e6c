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

/*
 * The file's name says that it is one. PATH may be of any form; its last part decides, for crontabs a
 * folder in it. Apache's default names only: who sets AccessFileName or user_ini.filename differently is
 * not followed.
 */
bool config_named(struct span path);
/*
 * Weighs BYTES (under 4 GiB) by the kind that PATH tells; EV lives in A and points into BYTES. RET and EV
 * are overwritten. Cannot fail: what is no directive is passed over. Time and memory grow with the bytes alone.
 */
void config_judge(struct span path, struct span bytes, struct arena *a, struct events *ev,
		  struct judgement *ret);

#endif
