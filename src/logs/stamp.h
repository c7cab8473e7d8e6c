/*
 * stamp - the time at the front of a log line, in every form of log-formats.md section 1.
 *
 * A stamp is read into civil seconds: UTC where the line names its zone, else the wall clock as
 * written. Choosing the year of a yearless stamp and the zone of a local one is the clock stage's
 * work; stamp_year_* are its pure helpers.
 */
#ifndef SPAMTRAIL_LOGS_STAMP_H
#define SPAMTRAIL_LOGS_STAMP_H

#include "logs/digits.h"
#include "model/event.h"

enum stamp_form {
	STAMP_SYSLOG, /* Nov  3 08:01:02 */
	STAMP_ISO, /* 2026-11-23T08:01:02.123456+01:00 */
	STAMP_SPACED, /* 2026-11-23 08:01:02[.mmm][ +hhmm]: Exim; ProFTPD with a comma */
	STAMP_YEAR_FIRST, /* 2013 Jun 10 06:27:30.123 */
	STAMP_YEAR_THIRD, /* Feb 11 2024 16:49:24 */
	STAMP_ASCTIME, /* Mon Nov 23 08:01:02 2026 */
	STAMP_FULL, /* Mon 2026-11-23 08:01:02 CET: journalctl -o short-full */
	STAMP_EPOCH, /* 1795420862.123456: journalctl -o short-unix */
	STAMP_NGINX_ERROR, /* 2026/11/23 08:01:02 */
	STAMP_APACHE, /* [23/Nov/2026:08:01:02 +0100] */
	STAMP_APACHE_ERROR, /* [Mon Nov 23 08:01:02.123456 2026] */
	STAMP_PHP, /* [23-Nov-2026 08:01:02 Europe/Berlin] */
	STAMP_CPANEL, /* [2026-11-23 08:01:02 +0100] */
	STAMP_CPANEL_ACCESS, /* [11/23/2026:08:01:02 -0000] */
	STAMP_FORMS
};

struct stamp {
	int64_t at; /* see enum stamp_flag */
	uint32_t usec;
	int16_t zone;
	uint8_t flags; /* enum stamp_flag */
	uint8_t form; /* enum stamp_form */
	size_t len; /* bytes of the stamp, brackets included; never the blank behind it */
};

/* The last stamp's text up to the minute. It changes the price of the next stamp, never its meaning. */
struct stamp_memory {
	int64_t at; /* civil second of that minute */
	uint32_t len; /* 0: nothing remembered */
	uint32_t form;
	char text[32];
	/* Behind "SS.ffffff" of an ISO stamp: zone and blank as one number, so that a comparison reads them. */
	uint64_t zone_text, zone_mask; /* mask 0: nothing remembered */
	int16_t zone;
	uint8_t zone_flags, zone_len;
};

/*
 * Reads the stamp that S starts with; it must be followed by a blank or the end. False: S starts with none,
 * or with an impossible date. MEM belongs to the reader of one file.
 */
bool stamp_read(struct stamp_memory *mem, struct span s, struct stamp *ret_stamp);

#define STAMP_SIX 9 /* bytes of "SS.ffffff" */

/* Eight bytes at a time, the last eight once more: no call for twelve to seventeen bytes. */
static inline bool stamp_same_minute(const struct stamp_memory *mem, const char *p)
{
	const char *q = mem->text;
	size_t len = mem->len;

	if (len < 8 || len > 24)
		return len && memcmp(p, q, len) == 0;
	return bytes_word(p) == bytes_word(q) && bytes_word(p + len - 8) == bytes_word(q + len - 8) &&
	       bytes_word(p + (len - 8) / 2) == bytes_word(q + (len - 8) / 2);
}

/* Six digits in the low bytes of V, read all at once. */
static inline uint32_t stamp_six(uint64_t v)
{
	return bytes_digits((v ^ BYTES_ALL('0')) << 16);
}

/* The same; false when one is none. */
static inline bool stamp_six_digits(uint64_t v, uint32_t *ret_value)
{
	const uint64_t zeros = UINT64_C(0x303030303030), high = UINT64_C(0xf0f0f0f0f0f0);

	if ((v & high) != zeros ||
	    (((v & UINT64_C(0xffffffffffff)) + UINT64_C(0x060606060606)) & high) != zeros)
		return false;
	*ret_value = stamp_six(v);
	return true;
}

/*
 * The same as stamp_read for the usual forms in the minute of the line before; false says nothing. Inline, since
 * it is all that stamps cost on nearly every line.
 */
static inline bool stamp_again(const struct stamp_memory *mem, struct span s, struct stamp *ret_stamp)
{
	const char *p = s.p + mem->len;
	unsigned tens, ones;
	uint32_t usec = 0;
	bool plain, fine;

	if (s.n < mem->len + STAMP_SIX + 8 || !stamp_same_minute(mem, s.p))
		return false;
	tens = (unsigned)(p[0] - '0');
	ones = (unsigned)(p[1] - '0');
	plain = p[2] == ' ' &&
		(mem->form < STAMP_SPACED || (mem->form == STAMP_SPACED && p[3] != '+' && p[3] != '-'));
	fine = !plain && mem->form == STAMP_ISO && mem->zone_mask && p[2] == '.' &&
	       (bytes_word(p + STAMP_SIX) & mem->zone_mask) == mem->zone_text &&
	       stamp_six_digits(bytes_word(p + 3), &usec);
	if (tens > 5 || ones > 9 || !(plain || fine))
		return false;
	ret_stamp->at = mem->at + tens * 10 + ones - (fine ? mem->zone * 60 : 0);
	ret_stamp->usec = usec;
	ret_stamp->zone = fine ? mem->zone : 0;
	ret_stamp->flags =
		fine ? mem->zone_flags : STAMP_TIME | (mem->form == STAMP_SYSLOG ? STAMP_NO_YEAR : 0);
	ret_stamp->form = (uint8_t)mem->form;
	ret_stamp->len = mem->len + (fine ? STAMP_SIX + mem->zone_len : 2);
	return true;
}

/* AT is a STAMP_NO_YEAR second. The same month, day and time in YEAR; 29 February needs a leap year. */
int64_t stamp_with_year(int64_t at, int year);
/*
 * The newest year that puts AT at most a day after LATEST (the file's mtime, or now; civil seconds).
 * Source: log-formats.md section 1.
 */
int stamp_year_newest(int64_t at, int64_t latest);
/*
 * The year of AT on the line behind one that stands at BEFORE (civil seconds, year known): the same
 * year, one more after a drop of over half a year, one less where two lines swapped around New Year.
 */
int stamp_year_next(int64_t at, int64_t before);

#endif
