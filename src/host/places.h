/*
 * places - where logs usually lie, for servers whose configuration names nothing (contract, "Input").
 *
 * TRUST: the paths are ours; what lies there may be an image's. Only what exists and is not empty is added.
 */
#ifndef SPAMTRAIL_HOST_PLACES_H
#define SPAMTRAIL_HOST_PLACES_H

#include "host/gather.h"

enum places_kind {
	PLACES_EXIM = 1, /* where Exim builds log */
	PLACES_SYSLOG = 2, /* where syslog puts mail */
	PLACES_PHP = 4,
	PLACES_WEB = 8,
	PLACES_LOGIN = 16,
};

/* Adds those usual places of KINDS (bits) that are there and not empty. */
void places_add(struct gather *g, unsigned kinds);
/* Is there any of them, or a rotated mate, that is not empty? */
bool places_filled(struct gather *g, unsigned kinds);
/* Could PATH be an access log that is still written: no error log, not packed, no byte counts? */
bool places_is_access_log(struct span path);

#endif
