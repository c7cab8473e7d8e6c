/* tail - see tail.h. TRUST: any bytes; a probe reads at most PROBE of them. */
#include "logs/tail.h"

#include "base/err.h"
#include "logs/frame.h"
#include "logs/wallclock.h"
#include "sys/inflate.h"

#include <stdlib.h>

#define PROBE (64u << 10)
#define SAMPLES_MOST 32
#define SAMPLE_BYTES 128

struct probe {
	struct source *source;
	struct evbuf ev;
	struct wallclock clock;
	const struct zone *zone;
	int64_t mtime;
};

/* The first stamped line that starts behind OFFSET, valid until the next probe; NULL where the probe shows none. */
static struct event *stamped_behind(struct probe *p, uint64_t offset)
{
	struct frame frame = FRAME_START;
	struct maker maker = { .out = &p->ev, .all = true };
	struct err err = { 0 };
	const char *at = p->ev.base;
	const char *end;
	ssize_t n;

	source_seek(p->source, offset);
	n = source_read(p->source, p->ev.base, PROBE, &err);
	end = at + (n > 0 ? n : 0);
	while ((at = memchr(at, '\n', (size_t)(end - at))) && ++at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct event *ev;

		if (!newline)
			break;
		p->ev.used = PROBE;
		p->ev.mem_used = p->ev.events = 0;
		frame_line(&frame, &maker, span_of(at, (size_t)(newline - at)));
		ev = (struct event *)(void *)p->ev.mem;
		if (p->ev.events && ev->stamp != STAMP_NONE)
			return ev;
	}
	return NULL;
}

/* Its instant; false where there is none. */
static bool time_behind(struct probe *p, uint64_t offset, int64_t *ret_time)
{
	struct event *ev = stamped_behind(p, offset);

	if (!ev)
		return false;
	wallclock_start(&p->clock, p->zone);
	wallclock_file(&p->clock, p->mtime, p->mtime);
	wallclock_resolve(&p->clock, ev);
	*ret_time = ev->at;
	return true;
}

static void probe_begin(struct probe *p)
{
	p->ev.cap = 2 * PROBE;
	p->ev.base = xmalloc(p->ev.cap);
}

static void probe_end(struct probe *p)
{
	free(p->ev.base);
	free(p->ev.mem);
}

uint64_t tail_seek(struct source *s, int64_t from, const struct zone *zone, int64_t mtime)
{
	struct probe p = { .source = s, .zone = zone, .mtime = mtime };
	uint64_t low = 0;
	uint64_t high = source_total(s);

	if (!source_seekable(s) || high < 4 * PROBE)
		return 0;
	probe_begin(&p);
	while (high - low > PROBE) {
		uint64_t middle = low + (high - low) / 2;
		int64_t time;

		if (time_behind(&p, middle, &time) && time < from)
			low = middle;
		else
			high = middle;
	}
	source_seek(s, low);
	probe_end(&p);
	return low;
}

bool tail_years(struct source *s, struct tail_years *ret_years)
{
	struct probe p = { .source = s };
	uint64_t total = source_total(s);
	uint64_t samples = total / SAMPLE_BYTES < SAMPLES_MOST ? total / SAMPLE_BYTES + 1 : SAMPLES_MOST;
	struct tail_years years = { 0 };
	bool found = false;

	if (!source_seekable(s))
		return false;
	probe_begin(&p);
	for (uint64_t i = 0; i < samples; i++) {
		const struct event *ev = stamped_behind(&p, i * (total / samples));

		if (!found && (!ev || !(ev->stamp & STAMP_NO_YEAR)))
			break;
		if (!ev || !(ev->stamp & STAMP_NO_YEAR))
			continue;
		years.wraps += found && years.last - ev->at > WALLCLOCK_HALF_YEAR;
		years.last = ev->at;
		years.first = found ? years.first : ev->at;
		found = true;
	}
	source_seek(s, 0);
	probe_end(&p);
	*ret_years = years;
	return found;
}
