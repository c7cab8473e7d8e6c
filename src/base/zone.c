/*
 * zone - local time of a server whose zone file is only data to us (RFC 8536).
 *
 * The table of transitions answers up to its last entry, the footer's POSIX rule (zone_rule.c) behind it; a
 * file without footer keeps its last offset. Before the first transition type 0 holds (section 3.2).
 * Leap-second records ("right/" zones) are skipped: they shift a transition by less than half a minute.
 *
 * TRUST: anybody's file. Counts are held against the bytes that are there, indexes against the
 * counts, transitions must rise and be no more than zic itself writes (TZ_MAX_TIMES);
 * offsets beyond 26 hours are damage, never a time zone.
 */
#include "base/zone.h"

#include "base/zone_rule.h"

#include <stdlib.h>

enum { HEADER = 44, MAX_TRANSITIONS = 2000, MAX_OFFSET = 26 * 3600 };

/* Far outside every calendar, and far inside int64. */
#define FOREVER (INT64_C(1) << 55)

struct zone {
	int64_t *at; /* instants, rising; owned */
	int32_t *offset; /* from at[i] on; owned */
	size_t n;
	int32_t first_offset;
	bool has_rule;
	struct zone_rule rule;
};

struct block {
	uint32_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
	unsigned time_size;
};

static uint32_t big32(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t big_time(const char *p, unsigned size)
{
	if (size == 4)
		return (int32_t)big32(p);
	return (int64_t)((uint64_t)big32(p) << 32 | big32(p + 4));
}

/* Header of a block: magic, version, 15 reserved bytes, six counts (RFC 8536, 3.1). */
static bool header_read(struct span s, unsigned time_size, struct block *ret_block)
{
	if (s.n < HEADER || !span_starts(s, SPAN("TZif")))
		return false;
	*ret_block = (struct block){
		.isutcnt = big32(s.p + 20),
		.isstdcnt = big32(s.p + 24),
		.leapcnt = big32(s.p + 28),
		.timecnt = big32(s.p + 32),
		.typecnt = big32(s.p + 36),
		.charcnt = big32(s.p + 40),
		.time_size = time_size,
	};
	return true;
}

static uint64_t block_size(const struct block *b)
{
	return (uint64_t)b->timecnt * (b->time_size + 1) + (uint64_t)b->typecnt * 6 + b->charcnt +
	       (uint64_t)b->leapcnt * (b->time_size + 4) + b->isstdcnt + b->isutcnt;
}

/* Reads the transitions of a block whose size has been checked. S starts behind the header. */
static int block_read(struct zone *z, const struct block *b, struct span s, struct err *err)
{
	const char *index = s.p + (size_t)b->timecnt * b->time_size;
	const char *types = index + b->timecnt;

	if (b->typecnt == 0 || b->typecnt > 256 || b->timecnt > MAX_TRANSITIONS)
		return err_set(err, EXIT_IO, "time zone file damaged: %u types, %u transitions", b->typecnt,
			       b->timecnt);
	for (uint32_t i = 0; i < b->typecnt; i++) {
		int32_t offset = (int32_t)big32(types + 6 * i);

		if (offset < -MAX_OFFSET || offset > MAX_OFFSET)
			return err_set(err, EXIT_IO, "time zone file damaged: offset of %d seconds", offset);
	}
	z->first_offset = (int32_t)big32(types);
	z->at = xcalloc(b->timecnt, sizeof(*z->at));
	z->offset = xcalloc(b->timecnt, sizeof(*z->offset));
	for (uint32_t i = 0; i < b->timecnt; i++) {
		unsigned char type = (unsigned char)index[i];

		z->at[i] = big_time(s.p + (size_t)i * b->time_size, b->time_size);
		if (type >= b->typecnt || (i && z->at[i] <= z->at[i - 1]))
			return err_set(err, EXIT_IO, "time zone file damaged at transition %u", i);
		/* Big Bang transitions (-2^59) of some writers are "always". */
		if (z->at[i] < -FOREVER)
			z->at[i] = -FOREVER + (int64_t)i;
		if (z->at[i] > FOREVER)
			return err_set(err, EXIT_IO, "time zone file damaged at transition %u", i);
		z->offset[i] = (int32_t)big32(types + 6 * (size_t)type);
	}
	z->n = b->timecnt;
	return 0;
}

/* The footer: newline, a POSIX TZ string, newline (3.3); an empty one says nothing. */
static int footer_read(struct zone *z, struct span s, struct err *err)
{
	ptrdiff_t end = span_find(s, 1, '\n');
	struct span text;

	if (s.n < 2 || s.p[0] != '\n' || end < 0)
		return err_set(err, EXIT_IO, "time zone file damaged: no footer");
	text = span_of(s.p + 1, (size_t)end - 1);
	if (text.n == 0)
		return 0;
	if (!zone_rule_parse(text, &z->rule))
		return err_set(err, EXIT_IO, "time zone file damaged: footer is not a POSIX rule");
	z->has_rule = true;
	return 0;
}

static int zone_read(struct zone *z, struct span s, struct err *err)
{
	struct block b;
	char version;
	int r;

	if (!header_read(s, 4, &b) || block_size(&b) > s.n - HEADER)
		return err_set(err, EXIT_IO, "time zone file damaged: not TZif, or cut short");
	version = s.p[4];
	if (version == '\0')
		return block_read(z, &b, span_from(s, HEADER), err);
	/* From version 2 on the same comes again with 64-bit times, and only that is read. */
	s = span_from(s, HEADER + block_size(&b));
	if (!header_read(s, 8, &b) || block_size(&b) > s.n - HEADER)
		return err_set(err, EXIT_IO, "time zone file damaged: 64-bit part cut short");
	r = block_read(z, &b, span_from(s, HEADER), err);
	if (r < 0)
		return r;
	return footer_read(z, span_from(s, HEADER + block_size(&b)), err);
}

int zone_parse(struct span tzif, struct zone **ret_zone, struct err *err)
{
	struct zone *z = xcalloc(1, sizeof(*z));
	int r = zone_read(z, tzif, err);

	if (r < 0) {
		zone_free(z);
		return r;
	}
	*ret_zone = z;
	return 0;
}

struct zone *zone_of_steps(const int64_t *at, const int32_t *offset, size_t n)
{
	struct zone *z = xcalloc(1, sizeof(*z));

	z->at = xcalloc(n + 1, sizeof(*z->at));
	z->offset = xcalloc(n + 1, sizeof(*z->offset));
	memcpy(z->at, at, n * sizeof(*at));
	memcpy(z->offset, offset, n * sizeof(*offset));
	z->n = n;
	z->first_offset = n ? offset[0] : 0;
	return z;
}

void zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->at);
	free(z->offset);
	free(z);
}

/* Offset at UTC; *ret_from and *ret_until bound the instants for which it surely holds. */
static int32_t look_up(const struct zone *z, int64_t utc, int64_t *ret_from, int64_t *ret_until)
{
	size_t low = 0, n = z->n;
	int32_t offset;

	while (n > 0) {
		size_t half = n / 2;

		if (z->at[low + half] <= utc) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	*ret_from = low ? z->at[low - 1] : -FOREVER;
	*ret_until = low < z->n ? z->at[low] : FOREVER;
	if (low == z->n && z->has_rule) {
		int64_t from;

		offset = zone_rule_offset(&z->rule, utc, &from, ret_until);
		if (from > *ret_from)
			*ret_from = from;
		return offset;
	}
	return low ? z->offset[low - 1] : z->first_offset;
}

static int64_t clamp(int64_t t)
{
	return t < -FOREVER / 2 ? -FOREVER / 2 : t > FOREVER / 2 ? FOREVER / 2 : t;
}

int32_t zone_offset(const struct zone *z, int64_t utc)
{
	int64_t from, until;

	return z ? look_up(z, clamp(utc), &from, &until) : 0;
}

int64_t zone_to_utc(const struct zone *z, int64_t civil, int64_t after, int64_t *ret_until)
{
	int64_t at, from, until, best = 0, before = 0, steady;
	unsigned readings = 0;

	if (!z) {
		if (ret_until)
			*ret_until = FOREVER;
		return civil;
	}
	civil = clamp(civil);
	steady = civil + 1;
	/* Every stretch of one offset that can hold a reading of CIVIL lies within MAX_OFFSET of it. */
	for (at = civil - MAX_OFFSET; at <= civil + MAX_OFFSET; at = until) {
		int32_t offset = look_up(z, at, &from, &until);
		int64_t utc = civil - offset;

		if (utc >= until) {
			before = utc;
			continue;
		}
		if (utc < from)
			continue;
		/* Readings rise: the first that is not before AFTER, else the last. */
		if (readings == 0 || best < after)
			best = utc;
		if (readings++ == 0) {
			int64_t f, u;
			int32_t next = until < FOREVER ? look_up(z, until, &f, &u) : offset;

			steady = until + (next < offset ? next : offset);
		}
	}
	if (readings != 1 || steady <= civil)
		steady = civil + 1;
	if (ret_until)
		*ret_until = steady;
	return readings ? best : before;
}
