/*
 * web_parts - what the files of the web dialect share. Private to src/logs/web*.c.
 */
#ifndef SPAMTRAIL_LOGS_WEB_PARTS_H
#define SPAMTRAIL_LOGS_WEB_PARTS_H

#include "logs/fact.h"

/* Error logs of Apache and nginx, nginx's mail proxy, cPanel's log-ins; S stands behind the stamp, if any. */
enum line_result web_error_line(struct maker *m, struct span s);

#endif
