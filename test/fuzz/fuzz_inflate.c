/*
 * fuzz_inflate - any bytes as a log file: never a crash; what zlib finds whole is the same by ISA-L, and from
 * what it finds damaged ISA-L's road saves no less (it bears with some block headers that zlib refuses).
 *
 * Both runs read in blocks over ISA-L's own window, as the reader does. Output is stopped at 8 MiB (bombs).
 */
#include "sys/inflate.h"

#include "base/hash.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BLOCK = 1 << 20, ENOUGH = 8 << 20 };

struct story {
	uint64_t bytes, hash;
	int code;
	char text[480];
};

static struct story read_all(int fd, unsigned flags)
{
	static char block[BLOCK];
	struct story story = { 0 };
	struct source *s;
	struct err err = { 0 };
	ssize_t n = 0;

	lseek(fd, 0, SEEK_SET);
	if (source_open(dup(fd), flags, NULL, &s, &err) < 0)
		abort();
	while (story.bytes < ENOUGH && (n = source_read(s, block, sizeof(block), &err)) > 0) {
		story.bytes += (uint64_t)n;
		for (ssize_t i = 0; i < n; i++)
			story.hash = (story.hash ^ (unsigned char)block[i]) * UINT64_C(0x100000001b3);
	}
	if (n < 0 && (err.code != -n || source_read(s, block, 1, &err) != n))
		abort();
	if (source_used(s) > source_total(s))
		abort();
	story.code = err.code;
	memcpy(story.text, err.text, sizeof(story.text));
	source_close(s);
	return story;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct story fast, plain;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	fast = read_all(fd, 0);
	plain = read_all(fd, SOURCE_ZLIB_ONLY);
	if (plain.bytes < ENOUGH && fast.bytes < ENOUGH) {
		if (plain.code == 0 && (fast.code || fast.bytes != plain.bytes || fast.hash != plain.hash))
			abort();
		if (fast.bytes < plain.bytes)
			abort();
	}
	close(fd);
	return 0;
}
