/*
 * fuzz_observed - what the process reader parses, and what the log reader takes from it: any bytes as text of /proc,
 * as a netlink packet, as fanotify events, as the packed answer. An answer that is taken packs to the same bytes.
 */
#include "base/arena.h"
#include "host/observed.h"
#include "host/process.h"
#include "host/sockets.h"
#include "host/watch.h"

#include <stdlib.h>

static void see(void *ctx, const struct tcp_socket *s)
{
	*(uint64_t *)ctx += s->inode + s->remote_port;
}

static void check_events(struct span all)
{
	struct watch_event e;

	for (size_t before = all.n; watch_next(&all, &e); before = all.n)
		if (all.n >= before || e.name.n > before || e.handle.n > before)
			abort();
}

static void check_packed(struct span all)
{
	struct arena *a = arena_new();
	struct buf again = BUF_MAX(1 << 24);
	struct observed o;

	if (observed_unpack(a, all, &o)) {
		observed_pack(&o, &again);
		if (!span_eq(buf_view(&again), all))
			abort();
	}
	buf_free(&again);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of((const char *)data, size);
	struct process p;
	uint64_t sum = 0;
	char out[64];
	size_t half = size / 2;
	/* netlink records are aligned where they come from */
	char *packet = malloc(size + 1);

	process_parse_status(all, &p);
	process_parse_parent(all);
	if (process_script(span_str("/usr/bin/php"), all, span_head(all, half), out, sizeof(out)) >
	    sizeof(out))
		abort();
	process_is_shell(span_head(all, half), span_from(all, half));
	observed_mta_program(all);
	sockets_parse_text(all, false, see, &sum);
	sockets_parse_text(all, true, see, &sum);
	if (size) {
		memcpy(packet, data, size);
		sockets_parse_netlink(span_of(packet, size), 1, see, &sum);
	}
	check_events(all);
	check_packed(all);
	free(packet);
	return 0;
}
