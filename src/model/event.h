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

enum event_kind {
	EV_OTHER, EV_CONNECT, EV_DISCONNECT, EV_AUTH_OK, EV_AUTH_FAIL, EV_SUBMIT, EV_ACCEPT, EV_QUEUE,
	EV_DELIVER, EV_DEFER, EV_BOUNCE, EV_REJECT, EV_COMPLETE, EV_HOLD, EV_RELEASE, EV_FREEZE, EV_THAW,
	EV_REMOVE, EV_COMMAND, EV_HEADER, EV_MESSAGE_ID, EV_PHPMAIL, EV_REQUEST, EV_LOGIN_OK,
	EV_LOGIN_FAIL, EV_UPLOAD, EV_LIMIT, EV_NOTICE,
	EV_KINDS
};

enum dialect {
	DIALECT_OTHER, DIALECT_EXIM, DIALECT_POSTFIX, DIALECT_DOVECOT, DIALECT_PHP, DIALECT_WEB,
	DIALECT_SSH, DIALECT_FTP,
	DIALECTS
};

/* Names as in `explain --json`; numbers are kept as their text. Order is the order of printing. */
enum field_key {
	F_PROGRAM, F_HOST, F_ID, F_SENDER, F_RECIPIENTS, F_RECIPIENT, F_ORIG_RECIPIENT, F_CLIENT_IP,
	F_CLIENT_NAME, F_HELO, F_USER, F_AUTH_METHOD, F_UNIX_USER, F_UID, F_PROTOCOL, F_SIZE, F_NRCPT,
	F_SUBJECT, F_MESSAGE_ID, F_RELAY, F_RELAY_IP, F_RELAY_PORT, F_STATUS, F_DSN, F_CODE, F_DELAY,
	F_DELAYS, F_TEXT, F_CWD, F_SCRIPT, F_SCRIPT_LINE, F_CHILD_ID, F_METHOD, F_URL, F_HTTP_STATUS,
	F_ACTION, F_PORT,
	/* For trace only, not printed by explain: */
	F_PARENT_ID,           /* Exim R= on <=: the message that caused this one; Postfix orig_queue_id= */
	F_ROUTER, F_TRANSPORT, /* Exim R= and T= of a result */
	F_RETURN_PATH,         /* Exim P=<> / F=<> of a result */
	F_HEADER,              /* header text of a Postfix header_checks line: "Name: value" */
	F_VHOST, F_AGENT, F_BYTES, /* web requests */
	F_TO,                  /* PHP mail(): the To argument as written */
	F_IDENT_USER,          /* the unix user a panel found for a localhost connection (S=, U=, ID=) */
	F_KEYS
};

struct field {
	uint32_t off;          /* from the batch's base */
	uint32_t len : 24;
	uint32_t key : 8;      /* enum field_key */
};

/* How far a stamp can be trusted. */
enum stamp_flag {
	STAMP_NONE = 0,        /* no stamp on the line */
	STAMP_TIME = 1,        /* at is set */
	STAMP_NO_YEAR = 2,     /* at counts from 1 January of year 0 (civil_seconds with year 0 = a leap year) */
	STAMP_ZONE = 4,        /* zone minutes are known: at is already UTC */
	STAMP_ZULU = 8,        /* the zone is written Z */
	STAMP_DIGITS = 0xf0,   /* how many digits the fraction had, times STAMP_DIGIT */
	STAMP_DIGIT = 0x10,
};

/* What a dialect has found out and trace would otherwise have to look up again. */
enum event_flag {
	EVF_LOCAL = 1 << 0,      /* arrival handed over on this machine: Exim U= with P=local..., Postfix pickup */
	EVF_AUTH = 1 << 1,       /* arrival with an accepted login (F_USER) */
	EVF_NULL_SENDER = 1 << 2,/* envelope sender is <> */
	EVF_REMOTE = 1 << 3,     /* result of an attempt over the network to another mail server */
	EVF_NOT_FRESH = 1 << 4,  /* "retry time not reached": no attempt was made */
	EVF_PROBE = 1 << 5,      /* address verification, not mail: never counts */
	EVF_SUPPRESSED = 1 << 6, /* Exim *>: nothing was sent */
	EVF_EXPIRED = 1 << 7,    /* Postfix qmgr status=expired / force-expired */
	EVF_FILTER = 1 << 8,     /* delivered to a loopback relay: may come back under a second id */
	EVF_CONTINUES = 1 << 9,  /* a line without a stamp of its own that belongs to the line before */
	EVF_CUT = 1 << 10,       /* the writer cut the line short (<trunc>, syslog length) */
	EVF_UNKNOWN_RCPT = 1 << 11, /* the text says that the recipient does not exist */
	EVF_SPAM = 1 << 12,      /* the text says: refused as spam, by policy or by a blocklist */
	EVF_SYSLOG = 1 << 14,    /* came through syslog or the journal: a local user can forge such lines */
	EVF_PIECE = 1 << 15,     /* one of the lines of a record that syslog split (logs/pieces.h); never leaves logs */
	EVF_MTA_USER = 1 << 13,  /* U= is the MTA's own user (Debian-exim, mailnull, exim ...) */
};

/* A queue id packed into 128 bits; all zero = none. Equal ids of one host pack equally. */
struct qid {
	uint64_t hi, lo;
};

struct event {
	struct qid id;
	int64_t at;            /* seconds, see stamp; UTC once the clock stage has seen the event */
	uint32_t usec;
	int16_t zone;          /* minutes east of UTC, with STAMP_ZONE */
	uint8_t stamp;         /* enum stamp_flag */
	uint8_t kind;          /* enum event_kind */
	uint8_t dialect;       /* enum dialect */
	uint8_t nfields;
	uint16_t flags;        /* enum event_flag */
	uint32_t off, len;     /* the whole line in the batch's text */
	uint32_t line;         /* lines of the batch before this one */
	uint32_t pid;          /* 0 = not logged */
	uint32_t size;         /* bytes of the message, on arrivals (Exim S=) and Postfix queue lines */
	uint32_t nrcpt;        /* Postfix queue lines; Exim: recipients listed after " for " */
	uint32_t uid;          /* of a local submission (Postfix pickup); UINT32_MAX = none */
	uint32_t repeat;       /* 1; more under "message repeated N times" */
	struct field f[] __attribute__((aligned(8)));
};

/* Events of one batch, and the text they point into. */
struct evbuf {
	char *base;            /* text; owned by the batch */
	size_t used, cap;      /* bytes of text, decoded text (see maker_text) included */
	unsigned char *mem;    /* struct event ... ; owned */
	size_t mem_used, mem_cap;
	uint32_t events;
};

static inline struct span event_line(const struct event *ev, const char *base)
{
	return span_of(base + ev->off, ev->len);
}

/* The field's text, or a span with p == NULL. */
static inline struct span event_get(const struct event *ev, const char *base, enum field_key key)
{
	for (unsigned i = 0; i < ev->nfields; i++)
		if (ev->f[i].key == key)
			return span_of(base + ev->f[i].off, ev->f[i].len);
	return SPAN_NONE;
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

const char *event_kind_name(enum event_kind kind);
const char *dialect_name(enum dialect dialect);
/* The key in `explain --json`, or NULL for a field that is not printed. */
const char *field_name(enum field_key key);

#endif
