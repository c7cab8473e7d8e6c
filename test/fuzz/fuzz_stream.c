/*
 * A whole file through the engine, whatever its form: in blocks of one byte and in one block the same events must
 * come out, joined records, repeats and export entries included.
 */
#include "base/err.h"
#include "base/hash.h"
#include "logs/logs.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct span text;
	uint64_t sum;
	uint64_t events;
};

static int give(void *ctx, uint32_t index, struct err *err)
{
	const struct run *r = ctx;
	int fd = memfd_create("log", MFD_CLOEXEC);

	if (fd < 0 || write(fd, r->text.p, r->text.n) != (ssize_t)r->text.n)
		bug("no file to read from");
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void take(void *ctx, const struct event *ev, const char *base, const struct log_at *at)
{
	struct run *r = ctx;
	struct span line = event_line(ev, base);

	r->sum = r->sum * 31 + hash_span(line, 0) + ev->kind + ev->repeat + (uint64_t)ev->at + at->line +
		 at->offset;
	for (unsigned i = 0; i < ev->nfields; i++)
		r->sum = r->sum * 31 + hash_span(span_of(base + ev->f[i].off, ev->f[i].len), ev->f[i].key);
	if (ev->flags & EVF_PIECE)
		bug("a piece left the engine");
	r->events++;
}

static void read_in(struct run *r, size_t block)
{
	struct logs_options o = {
		.now = 1,
		.block = block,
		.workers = 1,
		.ctx = r,
		.open = give,
		.event_ctx = r,
		.event = take,
	};
	struct log_file file = { .name = SPAN("log") };
	struct arena *a = arena_new();
	struct log_read *reads;
	struct err err = { 0 };

	logs_read(a, &file, 1, &o, &reads, &err);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run small = { .text = span_of((const char *)data, size) }, large = small;

	read_in(&large, 1 << 20);
	read_in(&small, 1);
	if (small.sum != large.sum || small.events != large.events)
		bug("the block size has changed the events");
	return 0;
}
