/*
 * prepare - all that has to be done before the door is shut: authorities, sockets, the uid, the address.
 */
#ifndef SPAMTRAIL_POST_PREPARE_H
#define SPAMTRAIL_POST_PREPARE_H

#include "model/post.h"

#include <curl/curl.h>

/* The mark of our own sockets: only who may administer the network can set one (socket(7), SO_MARK). */
#define POST_MARK 0x73706d74 /* "spmt" */

struct prepared {
	CURL *curl;
	struct span ca; /* the file's bytes */
	struct curl_slist *resolve; /* "HOST:PORT:ADDRESS,..." */
	int four, six; /* sockets that are not connected yet; -1: none */
};

/* Leaves root for good. False: it cannot be sent, and RET_DONE says why. */
bool prepare(const struct post_job *job, struct arena *a, struct prepared *ret, struct post_done *ret_done);

#endif
