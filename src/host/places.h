/*
 * places - where logs usually lie, for servers whose configuration names nothing (contract, "Input").
 */
#ifndef SPAMTRAIL_HOST_PLACES_H
#define SPAMTRAIL_HOST_PLACES_H

#include "host/host.h"

/* Those of the usual places that are there and not empty; texts are static or live in A. */
size_t places_find(const struct host_io *io, struct arena *a, enum log_role role, struct host_log *ret_logs, size_t most);

#endif
