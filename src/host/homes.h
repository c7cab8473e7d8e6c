/*
 * homes - what a path says by itself about whose it is: its clean form, and the layouts of panels.
 *
 * Private to accounts.c.
 */
#ifndef SPAMTRAIL_HOST_HOMES_H
#define SPAMTRAIL_HOST_HOMES_H

#include "host/accounts.h"

#define HOMES_PATH_MAX 4096

/*
 * PATH without doubled slashes, "." and a slash at its end, in ROOM of HOMES_PATH_MAX bytes. Empty where it
 * is not absolute, climbs ("..") or is longer than any path the kernel takes.
 */
struct span homes_clean(struct span path, char *room);
/* A clean path that stands as a home in many a passwd, though it belongs to nobody: /, /var/www ... */
bool homes_is_common(struct span path);
/* The account whose name or domain a folder of the clean PATH has, by the customs of panels and distributions. */
uint32_t homes_by_convention(const struct accounts *a, struct span path);

#endif
