/*
 * event - one observed fact: what a log line says, without a copy of its text.
 *
 * A dialect writes events, trace reads them, explain prints them. Text stays where it was read:
 * a field is an offset and a length into the batch's text (base). Events lie behind each other in
 * an evbuf, 8-byte aligned, each followed by its fields; they live as long as their batch.
 */
#ifndef SPAMTRAIL_MODEL_EVENT_H
#define SPAMTRAIL_MODEL_EVENT_H

#include "base/span.h"
#include "model/event_kind.h"

struct field {
	uint32_t off;          /* from the batch's base */
	uint32_t len : 24;
	uint32_t key : 8;      /* enum field_key */
};

/* A queue id packed into 128 bits; all zero = none. Equal ids of one host pack equally. */
struct qid {
	uint64_t hi, lo;
};

/* An id that was read, to know it again by its bytes. */
struct qid_known {
	struct qid id;
	uint64_t own;          /* bits of its second half that are its own */
	uint32_t len;          /* as text, 8 to 15; 0: none */
};

struct event {
	struct qid id;
	int64_t at;            /* seconds, see stamp; UTC once the clock stage has seen the event */
	uint32_t usec;         /* 0 in a line behind a remembered head (logs/head.h): nobody but explain asks */
	int16_t zone;          /* minutes east of UTC, with STAMP_ZONE */
	uint8_t stamp;         /* enum stamp_flag */
	uint8_t kind;          /* enum event_kind */
	uint8_t dialect;       /* enum dialect */
	uint8_t nfields;
	uint32_t off, len;     /* the whole line in the batch's text */
	uint32_t line;         /* lines of the batch before this one */
	uint32_t pid;          /* 0 = not logged; or Postfix, read by the short way: nobody asks there */
	uint32_t size;         /* bytes of the message, on arrivals (Exim S=) and Postfix queue lines */
	uint32_t nrcpt;        /* Postfix queue lines; Exim: recipients listed after " for " */
	uint32_t uid;          /* of a local submission (Postfix pickup); UINT32_MAX = none */
	uint32_t repeat;       /* 1; more under "message repeated N times" */
	uint32_t flags;        /* enum event_flag */
	uint64_t has;          /* bit per enum field_key that is among the fields: most questions are for those that are not */
	uint8_t where[24];     /* by FIELD_PLACE: index of the first with that key, where HAS says that there is one */
	struct field f[] __attribute__((aligned(8)));
};

/* Events of one batch, and the text they point into. */
struct evbuf {
	char *base;            /* text; owned by the batch */
	size_t used, cap;      /* bytes of text, decoded text (see maker_text) included */
	unsigned char *mem;    /* struct event ... ; owned */
	size_t mem_used, mem_cap;
	uint32_t events;
	size_t last;           /* where in mem the last of them begins, if there is one */
};

static inline struct span event_line(const struct event *ev, const char *base)
{
	return span_of(base + ev->off, ev->len);
}

/* S stands in the text that begins at BASE. */
static inline __attribute__((always_inline)) void field_write(struct field *f, const char *base,
							      enum field_key key, struct span s)
{
	uint32_t off = (uint32_t)(s.p - base);

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	/* as two numbers: compilers read a struct with bits for members back before they write it */
	uint32_t v = (uint32_t)key << 24 | (uint32_t)(s.n & 0xffffff);

	memcpy(f, &off, sizeof(off));
	memcpy((char *)f + sizeof(off), &v, sizeof(v));
#else
	*f = (struct field){ .off = off, .len = s.n & 0xffffff, .key = key };
#endif
}

/* The field's text, or a span with p == NULL. */
static inline struct span event_get(const struct event *ev, const char *base, enum field_key key)
{
	const struct field *f = ev->f;

	if (!(ev->has >> key & 1))
		return SPAN_NONE;
	if (FIELDS_TRACED >> key & 1)
		f += ev->where[FIELD_PLACE(key)];
	else
		while (f->key != key)
			f++;
	return span_of(base + f->off, f->len);
}

static inline const struct event *event_next(const struct event *ev)
{
	return (const struct event *)(ev->f + ev->nfields);
}

static inline uint64_t qid_word(const char *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(v) : v;
}

/*
 * Text of up to 16 bytes packs as itself; what is longer is folded into the second half. The last eight bytes
 * are loaded whole and those already taken shifted out: a copy of odd length would stall.
 */
static inline struct qid qid_pack(struct span s)
{
	struct qid id = { 0, 0 };

	if (s.n < 8) {
		for (size_t at = s.n; at--;)
			id.hi = id.hi << 8 | (unsigned char)s.p[at];
		return id;
	}
	id.hi = qid_word(s.p);
	if (s.n > 8)
		id.lo = s.n >= 16 ? qid_word(s.p + 8) : qid_word(s.p + s.n - 8) >> 8 * (16 - s.n);
	for (size_t at = 16; at < s.n; at += 8) {
		size_t taken = s.n - at < 8 ? 8 - (s.n - at) : 0;

		id.lo = (id.lo ^ (qid_word(s.p + at - taken) >> 8 * taken) << 1) * UINT64_C(0x9e3779b97f4a7c15);
		id.lo ^= id.lo >> 29;
	}
	return id;
}

static inline bool qid_none(struct qid id)
{
	return (id.hi | id.lo) == 0;
}

static inline bool qid_eq(struct qid a, struct qid b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

#endif
