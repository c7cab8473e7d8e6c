/*
 * ends - see ends.h.
 *
 * Sources: APPNOTE.TXT 6.3.10 4.3.16 (end of central directory record), 4.3.15 (zip64 locator); libarchive 3.6 looks for the
 * record in the last 16 KiB, the last one first, and takes it whatever stands behind it; PHP's libzip goes by the one whose
 * comment reaches to the end of the file, phar:// before PHP 7.4.15 and 8.0.2 by the first one in
 * the last 64 KiB.
 * TRUST: as in ends.h.
 */
#include "archive/ends.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORD = 22, LOCATOR = 20, COMMENT_MOST = 65535, LOOKED_AT = 16384 };

static uint32_t u16(const char *p)
{
	return (uint32_t)(unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8;
}

static uint64_t u32(const char *p)
{
	return u16(p) | (uint64_t)u16(p + 2) << 16;
}

static size_t read_at(int fd, int64_t at, char *to, size_t n)
{
	size_t got = 0;
	ssize_t part = 1;

	while (got < n && part > 0) {
		part = pread(fd, to + got, n - got, at + (int64_t)got);
		if (part < 0 && errno == EINTR)
			part = 1;
		else if (part > 0)
			got += (size_t)part;
	}
	return got;
}

/*
 * The directory ends where the record (P[I], of a tail that begins at FROM) begins; with zip64 two more records lie between. Where
 * something was put in front of the whole zip, all programs find it there, if none lies where the record says.
 */
static bool joins(int fd, const char *p, size_t i, int64_t from)
{
	uint64_t size = u32(p + i + 12), at = u32(p + i + 16), here = (uint64_t)from + i;
	char head[4] = "";

	if (at + size == here || (i >= LOCATOR && memcmp(p + i - LOCATOR, "PK\6\7", 4) == 0))
		return true;
	read_at(fd, (int64_t)at, head, sizeof(head));
	return at + size < here && memcmp(head, "PK\1\2", 4) != 0;
}

/* Where the record P[I] says lies a directory: so it is no zip's that is packed in this one as it is, unless by chance. */
static bool leads(int fd, const char *p, size_t i)
{
	char head[4] = "";

	read_at(fd, (int64_t)u32(p + i + 16), head, sizeof(head));
	return memcmp(head, "PK\1\2", 4) == 0;
}

bool ends_in_one_way(int fd, uint64_t size)
{
	size_t n = size < RECORD + COMMENT_MOST ? (size_t)size : RECORD + COMMENT_MOST;
	int64_t from = (int64_t)(size - n);
	char *p = xmalloc(n + 1);
	size_t records = 0, last = 0, fits = 0;
	bool good, two = false;

	n = read_at(fd, from, p, n);
	for (size_t i = 0; i + RECORD <= n; i++) {
		if (memcmp(p + i, "PK\5\6", 4) != 0)
			continue;
		two |= records && leads(fd, p, last);
		last = i;
		records++;
		fits += i + RECORD + u16(p + i + 20) == n;
	}
	/* of those in a zip that is packed in it as it is, none reaches to the end */
	good = records && !two && fits == 1 && last + RECORD + u16(p + last + 20) == n &&
	       n - last <= LOOKED_AT && joins(fd, p, last, from);
	free(p);
	return good;
}
