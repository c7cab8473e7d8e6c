/*
 * sigs - see sigs.h. Every signature has an anchor, its longest run of plain bytes: one pass over the file looks each four
 * bytes up in a table of anchors' first four, and what is met there is compared from the anchor to both sides.
 *
 * Source: ClamAV's manual, "Body-based signature content format", "File hash signatures".
 * TRUST: as in sigs.h. WORK bounds the comparisons of one file; no recursion, no way back.
 */
#include "scan/sigs.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdlib.h>

enum { ANCHOR = 4, PARTS_MOST = 32, SLOTS_LOG = 16, SUM_MOST = 32, SIGS_MOST = 2 << 20 };
/* Steps for one file, a step a byte or a place: a tenth of a second. */
#define WORK ((int64_t)64 << 20)
#define ANY UINT32_MAX

/* Bytes that follow one another; in front of them a gap of LEAST to MOST (ANY: any) bytes. */
struct part {
	const uint8_t *byte, *mask;
	uint32_t n, least, most;
};

struct pattern {
	struct span name;
	struct part *part;
	uint32_t parts;
	uint32_t anchor_part, anchor_at, anchor_n;
	bool fixed,
		from_end; /* a place is told: between FROM and TO, counted from the beginning or the end */
	uint64_t from, to;
	uint32_t next; /* with the same hash of the anchor, plus one */
};

struct sum {
	struct span name;
	uint64_t size; /* UINT64_MAX: any */
	uint8_t kind; /* bytes of the sum */
	uint8_t sum[SUM_MOST];
};

struct sigs {
	struct arena *arena;
	struct pattern *pattern;
	size_t patterns, patterns_room;
	struct sum *sum;
	size_t sums, sums_room;
	uint32_t *slot; /* 1 << SLOTS_LOG */
};

struct sigs *sigs_new(void)
{
	struct sigs *s = xcalloc(1, sizeof(*s));

	s->arena = arena_new();
	s->slot = xcalloc((size_t)1 << SLOTS_LOG, sizeof(*s->slot));
	return s;
}

void sigs_free(struct sigs *s)
{
	if (!s)
		return;
	arena_free(s->arena);
	free(s->pattern);
	free(s->sum);
	free(s->slot);
	free(s);
}

size_t sigs_count(const struct sigs *s)
{
	return s ? s->patterns + s->sums : 0;
}

/* --- reading ----------------------------------------------------------------------------------- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What stands before the next colon; REST goes on behind it. */
static struct span field(struct span *rest)
{
	ptrdiff_t colon = span_find(*rest, 0, ':');
	struct span f = colon < 0 ? *rest : span_head(*rest, (size_t)colon);

	*rest = colon < 0 ? SPAN_NONE : span_from(*rest, (size_t)colon + 1);
	return f;
}

static bool add_sum(struct sigs *s, struct span line)
{
	struct span hex = field(&line), size = field(&line), name = field(&line);
	struct sum sum = { .kind = (uint8_t)(hex.n / 2), .size = UINT64_MAX };

	if ((hex.n != 2 * MD5_DIGEST_SIZE && hex.n != 2 * SHA1_DIGEST_SIZE &&
	     hex.n != 2 * SHA256_DIGEST_SIZE) ||
	    name.n == 0 || (!span_eq(size, SPAN("*")) && !span_u64(size, &sum.size)))
		return false;
	for (size_t i = 0; i < sum.kind; i++) {
		int high = digit(hex.p[2 * i]), low = digit(hex.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		sum.sum[i] = (uint8_t)(high << 4 | low);
	}
	sum.name = arena_span(s->arena, name);
	if (s->sums == s->sums_room) {
		s->sums_room = s->sums_room ? 2 * s->sums_room : 256;
		s->sum = xrealloc(s->sum, s->sums_room * sizeof(*s->sum));
	}
	s->sum[s->sums++] = sum;
	return true;
}

/* "{n}", "{-n}", "{n-}", "{n-m}": the text between the braces. */
static bool read_gap(struct span text, struct part *ret)
{
	ptrdiff_t dash = span_find(text, 0, '-');
	struct span low = dash < 0 ? text : span_head(text, (size_t)dash);
	struct span high = dash < 0 ? text : span_from(text, (size_t)dash + 1);
	uint64_t least = 0, most = ANY;

	if ((low.n && !span_u64(low, &least)) || (high.n && !span_u64(high, &most)) ||
	    (low.n == 0 && high.n == 0) || least > most || (high.n && most >= ANY))
		return false;
	ret->least = (uint32_t)least;
	ret->most = (uint32_t)most;
	return true;
}

static bool read_byte(struct span hex, uint8_t *byte, uint8_t *mask)
{
	int high = digit(hex.p[0]), low = digit(hex.p[1]);

	if ((high < 0 && hex.p[0] != '?') || (low < 0 && hex.p[1] != '?'))
		return false;
	*mask = (uint8_t)((high < 0 ? 0 : 0xf0) | (low < 0 ? 0 : 0x0f));
	*byte = (uint8_t)((high < 0 ? 0 : high << 4) | (low < 0 ? 0 : low));
	return true;
}

/* The parts of HEX; false: something in it that we do not use. */
static bool read_parts(struct sigs *s, struct span hex, struct pattern *p)
{
	struct part part[PARTS_MOST] = { { 0 } };
	uint8_t *byte = arena_alloc(s->arena, hex.n + 2), *mask = arena_alloc(s->arena, hex.n + 2);
	size_t used = 0;
	uint32_t n = 0;

	part[0] = (struct part){ .byte = byte, .mask = mask };
	while (hex.n) {
		struct part next = { .byte = byte + used, .mask = mask + used, .most = ANY };
		ptrdiff_t close = hex.p[0] == '{' ? span_find(hex, 0, '}') : 0;

		if (hex.p[0] != '*' && hex.p[0] != '{') {
			if (hex.n < 2 || !read_byte(hex, byte + used, mask + used))
				return false;
			used++;
			part[n].n++;
			hex = span_from(hex, 2);
			continue;
		}
		if (close < 0 ||
		    (hex.p[0] == '{' && !read_gap(span_of(hex.p + 1, (size_t)close - 1), &next)) ||
		    part[n].n == 0 || ++n == PARTS_MOST)
			return false;
		part[n] = next;
		hex = span_from(hex, (size_t)close + 1);
	}
	if (part[n].n == 0)
		return false;
	p->parts = n + 1;
	p->part = arena_alloc(s->arena, p->parts * sizeof(part[0]));
	memcpy(p->part, part, p->parts * sizeof(part[0]));
	return true;
}

/* The longest run of whole bytes. */
static bool find_anchor(struct pattern *p)
{
	for (uint32_t i = 0; i < p->parts; i++)
		for (uint32_t at = 0; at < p->part[i].n; at++) {
			uint32_t n = 0;

			while (at + n < p->part[i].n && p->part[i].mask[at + n] == 0xff)
				n++;
			if (n > p->anchor_n) {
				p->anchor_part = i;
				p->anchor_at = at;
				p->anchor_n = n;
			}
			at += n;
		}
	return p->anchor_n >= ANCHOR;
}

/* "*", "12", "12,4", "EOF-12", "EOF-12,4" */
static bool read_place(struct span text, struct pattern *p)
{
	ptrdiff_t comma = span_find(text, 0, ',');
	struct span shift = comma < 0 ? SPAN_NONE : span_from(text, (size_t)comma + 1);
	uint64_t at, more = 0;

	if (comma >= 0)
		text = span_head(text, (size_t)comma);
	if (span_eq(text, SPAN("*")))
		return comma < 0;
	p->fixed = true;
	p->from_end = span_starts(text, SPAN("EOF-"));
	if (!span_u64(p->from_end ? span_from(text, 4) : text, &at) ||
	    (comma >= 0 && !span_u64(shift, &more)) || at > UINT32_MAX || more > UINT32_MAX)
		return false;
	p->from = at;
	p->to = p->from_end ? (at > more ? at - more : 0) : at + more;
	return true;
}

static uint32_t slot_of(const uint8_t *b)
{
	uint32_t v = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;

	return v * UINT32_C(2654435761) >> (32 - SLOTS_LOG);
}

static bool add_pattern(struct sigs *s, struct span line)
{
	struct span name = field(&line), target = field(&line), place = field(&line), hex = field(&line);
	struct pattern p = { .name = name };
	uint32_t slot;

	if (name.n == 0 || !span_eq(target, SPAN("0")) || !read_place(place, &p) || hex.n == 0 ||
	    !read_parts(s, hex, &p) || !find_anchor(&p))
		return false;
	p.name = arena_span(s->arena, name);
	if (s->patterns == s->patterns_room) {
		s->patterns_room = s->patterns_room ? 2 * s->patterns_room : 256;
		s->pattern = xrealloc(s->pattern, s->patterns_room * sizeof(*s->pattern));
	}
	slot = slot_of(p.part[p.anchor_part].byte + p.anchor_at);
	p.next = s->slot[slot];
	s->pattern[s->patterns++] = p;
	s->slot[slot] = (uint32_t)s->patterns;
	return true;
}

uint64_t sigs_add(struct sigs *s, struct span name, struct span bytes)
{
	bool bodies = span_ends(name, SPAN(".ndb"));
	uint64_t unused = 0;

	while (bytes.n) {
		ptrdiff_t end = span_find(bytes, 0, '\n');
		struct span line = span_trim(end < 0 ? bytes : span_head(bytes, (size_t)end));

		bytes = end < 0 ? SPAN_NONE : span_from(bytes, (size_t)end + 1);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (sigs_count(s) == SIGS_MOST || !(bodies ? add_pattern(s, line) : add_sum(s, line)))
			unused++;
	}
	return unused;
}

static int sum_order(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;

	return x->kind != y->kind ? (x->kind > y->kind) - (x->kind < y->kind)
				  : memcmp(x->sum, y->sum, x->kind);
}

void sigs_ready(struct sigs *s)
{
	if (s->sums)
		qsort(s->sum, s->sums, sizeof(*s->sum), sum_order);
}

/* --- searching --------------------------------------------------------------------------------- */

struct search {
	const uint8_t *b;
	size_t n;
	int64_t work;
	struct span *name;
	size_t names;
};

static bool part_at(struct search *q, const struct part *p, size_t at)
{
	if (at > q->n || p->n > q->n - at)
		return false;
	for (uint32_t i = 0; i < p->n; i++) {
		q->work--;
		if ((q->b[at + i] & p->mask[i]) != p->byte[i])
			return false;
	}
	return true;
}

/* The nearest place behind END where the part P may stand; false: none. */
static bool part_behind(struct search *q, const struct part *p, size_t end, size_t *ret_at)
{
	size_t last = p->most == ANY || p->most > q->n - end ? q->n : end + p->most;

	for (size_t at = end + p->least; at <= last && at + p->n <= q->n && q->work > 0; at++) {
		q->work--;
		if (part_at(q, p, at)) {
			*ret_at = at;
			return true;
		}
	}
	return false;
}

/* The same before AT, where the part NEXT stands, whose gap it is. */
static bool part_before(struct search *q, const struct part *p, const struct part *next, size_t at,
			size_t *ret_at)
{
	size_t most = next->most == ANY ? at : next->most;

	for (size_t gap = next->least; gap <= most && gap + p->n <= at && q->work > 0; gap++) {
		q->work--;
		if (part_at(q, p, at - gap - p->n)) {
			*ret_at = at - gap - p->n;
			return true;
		}
	}
	return false;
}

static bool place_fits(const struct pattern *p, size_t at, size_t n)
{
	if (!p->fixed)
		return true;
	if (p->from_end)
		return n - at <= p->from && n - at >= p->to;
	return at >= p->from && at <= p->to;
}

/* The anchor's first byte is AT. */
static bool pattern_fits(struct search *q, const struct pattern *p, size_t at)
{
	size_t begin, end;

	if (at < p->anchor_at || !part_at(q, &p->part[p->anchor_part], at - p->anchor_at))
		return false;
	begin = at - p->anchor_at;
	end = begin + p->part[p->anchor_part].n;
	for (uint32_t i = p->anchor_part; i-- > 0;)
		if (!part_before(q, &p->part[i], &p->part[i + 1], begin, &begin))
			return false;
	for (uint32_t i = p->anchor_part + 1; i < p->parts; i++) {
		if (!part_behind(q, &p->part[i], end, &end))
			return false;
		end += p->part[i].n;
	}
	return place_fits(p, begin, q->n);
}

static void keep(struct search *q, struct span name)
{
	for (size_t i = 0; i < q->names; i++)
		if (span_eq(q->name[i], name))
			return;
	if (q->names < SIGS_TOLD)
		q->name[q->names++] = name;
}

static void search_bodies(const struct sigs *s, struct search *q)
{
	for (size_t at = 0; s->patterns && at + ANCHOR <= q->n && q->work > 0; at++)
		for (uint32_t i = s->slot[slot_of(q->b + at)]; i && q->work > 0; i = s->pattern[i - 1].next) {
			q->work--;
			if (pattern_fits(q, &s->pattern[i - 1], at))
				keep(q, s->pattern[i - 1].name);
		}
}

static void search_sum(const struct sigs *s, struct search *q, uint8_t kind, const uint8_t *value)
{
	size_t low = 0, high = s->sums;
	struct sum key = { .kind = kind };

	memcpy(key.sum, value, kind);
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (sum_order(&s->sum[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < s->sums && sum_order(&s->sum[low], &key) == 0; low++)
		if (s->sum[low].size == UINT64_MAX || s->sum[low].size == q->n)
			keep(q, s->sum[low].name);
}

static bool has_kind(const struct sigs *s, uint8_t kind)
{
	for (size_t low = 0, high = s->sums; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (s->sum[mid].kind == kind)
			return true;
		if (s->sum[mid].kind < kind)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static void search_sums(const struct sigs *s, struct search *q)
{
	uint8_t sum[SUM_MOST];
	struct sha256_ctx sha256;
	struct sha1_ctx sha1;
	struct md5_ctx md5;

	if (has_kind(s, MD5_DIGEST_SIZE)) {
		md5_init(&md5);
		md5_update(&md5, q->n, q->b);
		md5_digest(&md5, MD5_DIGEST_SIZE, sum);
		search_sum(s, q, MD5_DIGEST_SIZE, sum);
	}
	if (has_kind(s, SHA1_DIGEST_SIZE)) {
		sha1_init(&sha1);
		sha1_update(&sha1, q->n, q->b);
		sha1_digest(&sha1, SHA1_DIGEST_SIZE, sum);
		search_sum(s, q, SHA1_DIGEST_SIZE, sum);
	}
	if (has_kind(s, SHA256_DIGEST_SIZE)) {
		sha256_init(&sha256);
		sha256_update(&sha256, q->n, q->b);
		sha256_digest(&sha256, SHA256_DIGEST_SIZE, sum);
		search_sum(s, q, SHA256_DIGEST_SIZE, sum);
	}
}

size_t sigs_match(const struct sigs *s, struct span bytes, bool whole, struct span ret_name[SIGS_TOLD],
		  bool *ret_all)
{
	struct search q = { .b = (const uint8_t *)bytes.p, .n = bytes.n, .work = WORK, .name = ret_name };

	if (whole)
		search_sums(s, &q);
	search_bodies(s, &q);
	*ret_all = q.work > 0;
	return q.names;
}
