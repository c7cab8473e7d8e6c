/*
 * An archive as spamtrail-archive reads it: it ends within what it may cost, counts no more than that, and what is told lies
 * within bounds. The first byte says how much it may cost.
 */
#include "archive/look.h"
#include "fuzz_time.h"
#include "scan/lexicon.h"
#include "scan/scan.h"

#include <sys/mman.h>
#include <unistd.h>

#define MICROS_MOST 6000000 /* under sanitizers, which are twenty times slower */

static void must(bool good)
{
	if (!good)
		abort();
}

static void see_found(void *ctx, struct span member, struct scan_told *t)
{
	++*(uint64_t *)ctx;
	must(member.n > 0 && t->finding.verdict != SCAN_CLEAN);
}

static void see_skip(void *ctx, struct span member, struct span why, bool harmless)
{
	(void)ctx;
	(void)harmless;
	must(why.n > 0 && why.n < 5000 && (member.n == 0 || member.p));
}

static void see_progress(void *ctx)
{
	(void)ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scan_rules rules;
	static int fd = -1;
	struct archive_ask ask = { .path = SPAN("x/y.tar.gz"), .size = size ? size - 1 : 0 };
	uint64_t found = 0, from;
	struct look_want want = { .ask = &ask,
				  .rules = &rules,
				  .ctx = &found,
				  .found = see_found,
				  .skip = see_skip,
				  .progress = see_progress };
	struct look_done done;

	if (fd < 0) {
		look_begin();
		rules.words = lexicon_new();
		fd = memfd_create("archive", MFD_CLOEXEC);
	}
	if (!size || ftruncate(fd, 0) < 0 || pwrite(fd, data + 1, size - 1, 0) != (ssize_t)size - 1)
		return 0;
	want.fd = fd;
	ask.most = (struct archive_most){ data[0] & 1 ? 5 : 1000, data[0] & 2 ? 10000 : 32 << 20, 2000000 };
	if (data[0] & 4)
		ask.only = SPAN("b.php");
	/* the file became shorter, or longer, since it was asked for */
	if (data[0] & 8)
		ask.size = data[0] & 16 ? size / 2 : size * 2;
	from = time_now();
	look_into(&want, &done);
	time_must(from, MICROS_MOST, 20, size);
	must(done.entries <= ask.most.members && done.members <= done.entries);
	must(done.bytes <= ask.most.bytes + (64u << 20) && found <= ARCHIVE_FOUND_MOST);
	return 0;
}
