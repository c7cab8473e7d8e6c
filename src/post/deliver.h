/*
 * deliver - the job itself, by libcurl, in the confined process.
 */
#ifndef SPAMTRAIL_POST_DELIVER_H
#define SPAMTRAIL_POST_DELIVER_H

#include "post/prepare.h"

/* Fills RET_DONE in any case. */
void deliver(const struct post_job *job, struct prepared *ready, struct post_done *ret_done);

#endif
