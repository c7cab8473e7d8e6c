/*
 * queue_child - the confined half of queue_reader.h: reads one spool and tells what is in it.
 *
 * TRUST: senders choose most of what lies in a spool: any text in it may be forged. What is said on the
 * channel is in talk.h, from TALK_QUEUE on.
 */
#ifndef SPAMTRAIL_APP_QUEUE_CHILD_H
#define SPAMTRAIL_APP_QUEUE_CHILD_H

#include "model/queue.h"
#include "sys/channel.h"

struct queue_want {
	enum mail_server server;
	int fd; /* the spool's folder, or with BY_TOOL the pipe that `postqueue -j` writes to */
	bool by_tool;
	unsigned workers; /* threads */
	int64_t now;
	bool groups; /* BY: learn the host, count; else nothing is counted */
	enum queue_by by;
	bool messages; /* send every message, too */
	bool count; /* nothing but how many there are: no message is opened */
	bool reasons; /* of each message that is sent, why it waits: one more file each */
	bool ask; /* send TALK_WAITING, the question to the logs */
	const struct queue_past *past; /* their answer; NULL: nobody asked */
	bool brief; /* of each only what tells whose it is */
	const struct row *only; /* NONLY senders: nothing but their messages is sent */
	size_t nonly;
	bool untold; /* and what could be a script's among them: asked is NONLY + 1 */
	struct span pick; /* nothing but messages of this group of BY is sent; empty: all */
};

/* CTX is a struct queue_want. Says TALK_QUEUE_END also where the queue could not be read, with the reason. */
void queue_child(void *ctx, struct channel *channel, bool unconfined);

#endif
