/*
 * host_ask - a confined child's requests to the command line: what host/ asks for, over the channel.
 *
 * Promises an answer or the end: where the command line is gone, the child ends too and is seen to have
 * failed.
 */
#ifndef SPAMTRAIL_APP_HOST_ASK_H
#define SPAMTRAIL_APP_HOST_ASK_H

#include "app/talk.h"
#include "host/host.h"
#include "sys/channel.h"

struct file_status;
struct plan_entry;

/* The command line is gone or makes no sense: there is nobody to tell. */
void host_ask_lost(void) __attribute__((noreturn));
/* Sends a request and takes the answer; the descriptor that came with it, or -1. The body lives until the next. */
int host_ask(struct channel *c, enum talk type, struct span request, struct span *ret_body);

/*
 * For struct host_io and struct trace_options; CTX is the struct channel. Bytes and names are copied into A.
 * False, or 0 names: not there, not to be read, or not beneath ROOT; which of them is not told. Times are UTC
 * seconds.
 */
bool host_io_read(void *ctx, struct arena *a, struct span path, struct span *ret_bytes);
size_t host_io_list(void *ctx, struct arena *a, struct span dir, struct span **ret_names);
bool host_io_status(void *ctx, struct span path, struct file_status *ret_status);
/* For struct plan_io: see there. */
size_t host_io_entries(void *ctx, struct arena *a, struct span home, struct span below,
		       struct plan_entry **ret_entries);
size_t host_io_head(void *ctx, struct span path, char *out, size_t size);
/* A regular file that holds something: an empty one tells as little as none. */
bool host_io_exists(void *ctx, struct span path);

#endif
