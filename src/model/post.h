/*
 * post - one message to be handed to a web server or a mail relay, and what became of it: between the command line and
 * spamtrail-post.
 */
#ifndef SPAMTRAIL_MODEL_POST_H
#define SPAMTRAIL_MODEL_POST_H

#include "base/arena.h"
#include "base/buf.h"

enum post_type { POST_JOB = 1, POST_DONE };
enum post_way { POST_HTTP = 1, POST_SMTP };

#define POST_ADDRESSES_MOST 100

struct post_job {
	enum post_way way;
	struct span url; /* https://..., smtp://host:25, smtps://host */
	struct span ca; /* file of the authorities to be believed; empty: none is known */
	struct span user, password; /* SMTP; empty: no login */
	struct span *to; /* SMTP: envelope */
	size_t nto;
	struct span body;
};

struct post_done {
	bool taken; /* 2xx */
	uint32_t code; /* of HTTP or SMTP; 0: none came */
	struct span text; /* why not, in libcurl's words: not the server's */
};

void post_job_pack(const struct post_job *job, struct buf *out);
/* False: it makes no sense. Texts lie in BYTES, the list in A. */
bool post_job_unpack(struct arena *a, struct span bytes, struct post_job *ret);
void post_done_pack(const struct post_done *done, struct buf *out);
bool post_done_unpack(struct span bytes, struct post_done *ret);

#endif
