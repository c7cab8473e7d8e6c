/*
 * progress - see progress.h. Nothing foreign is shown: a file's name would have to be escaped and says less
 * than the time left. A write that fails is no error: it is only progress.
 */
#include "app/progress.h"

#include "report/text.h"

#include <stdlib.h>
#include <unistd.h>

#define EVERY 200000 /* microseconds */
#define FIRST 500000 /* quick runs show nothing */

static const char erase[] = "\r\033[K";

struct progress progress_new(int fd, bool quiet, uint64_t now)
{
	const char *term = getenv("TERM");
	bool able = isatty(fd) && term && *term && strcmp(term, "dumb") != 0;

	/* As if one had been shown EVERY before FIRST is over: so the first comes at FIRST. */
	return (struct progress){ .fd = able && !quiet ? fd : -1, .began = now, .last = now + FIRST - EVERY };
}

static void put(const struct progress *p, const char *s, size_t n)
{
	if (write(p->fd, s, n) < 0)
		return;
}

void progress_show(struct progress *p, uint64_t done, uint64_t total, uint64_t now)
{
	double seconds = now > p->began ? (double)(now - p->began) / 1e6 : 0;
	double rate = seconds > 0 ? (double)done / seconds : 0;
	struct buf line = BUF_MAX(256);

	if (p->fd < 0 || now < p->last + EVERY)
		return;
	p->last = now;
	p->shown = true;
	buf_str(&line, erase);
	text_bytes(&line, done);
	if (total) {
		buf_str(&line, " of ");
		text_bytes(&line, total > done ? total : done);
	}
	buf_str(&line, "  ");
	text_bytes(&line, text_round(rate));
	buf_str(&line, "/s");
	if (total > done && rate > 0) {
		buf_str(&line, "  ");
		text_duration(&line, (int64_t)((double)(total - done) / rate) + 1);
		buf_str(&line, " left");
	}
	put(p, line.p, line.n);
	buf_free(&line);
}

void progress_files(struct progress *p, uint64_t files, uint64_t bytes, uint64_t total, uint64_t now)
{
	double seconds = now > p->began ? (double)(now - p->began) / 1e6 : 0;
	struct buf line = BUF_MAX(256);

	if (p->fd < 0 || now < p->last + EVERY)
		return;
	text_count(&line, files);
	if (total > files) {
		buf_str(&line, " of ");
		text_count(&line, total);
	}
	buf_str(&line, " files  ");
	text_bytes(&line, bytes);
	if (seconds > 0) {
		buf_str(&line, "  ");
		text_bytes(&line, text_round((double)bytes / seconds));
		buf_str(&line, "/s  ");
		text_count(&line, text_round((double)files / seconds));
		buf_str(&line, " files/s");
	}
	if (total > files && files) {
		buf_str(&line, "  ");
		text_duration(&line, (int64_t)((double)(total - files) * seconds / (double)files) + 1);
		buf_str(&line, " left");
	}
	progress_say(p, buf_view(&line), now);
	buf_free(&line);
}

void progress_say(struct progress *p, struct span text, uint64_t now)
{
	struct buf line = BUF_MAX(256);

	if (p->fd < 0 || now < p->last + EVERY)
		return;
	p->last = now;
	p->shown = true;
	buf_str(&line, erase);
	buf_span(&line, text);
	put(p, line.p, line.n);
	buf_free(&line);
}

void progress_end(struct progress *p)
{
	if (p->fd >= 0 && p->shown)
		put(p, erase, sizeof(erase) - 1);
	p->shown = false;
}
