/*
 * accord - see accord.h.
 *
 * Subjects are compared by their ASCII letters and digits alone: the log's is decoded, perhaps into another character set,
 * with escapes or question marks in place of what is not printed, and cut (Exim: 100 bytes; Postfix: 200, encoded).
 *
 * TRUST: one side is what anybody wrote into a mail, the other what the sender wrote and the mail server logged.
 */
#include "trace/accord.h"

#include "base/digits.h"
#include "base/hash.h"
#include "model/inquiry.h"
#include "trace/internal.h"

#define SUBJECT_MOST 600
#define WORDS_MOST 64
#define TELLING 4 /* letters that a subject must have in common to be the same one, cut */
/* Where the log's zone was misread, a time is half a day off. */
#define NEAR 3600u
#define FAR 54000u

/* Kinds of names. */
#define DOMAIN UINT64_C(0x646f6d61696e)
#define ID UINT64_C(0x6d6573736167652d)

enum word { UNKNOWN, AGREES, DIFFERS };

struct letters {
	char text[SUBJECT_MOST]; /* lower case, in words with one blank between */
	size_t n, foreign; /* bytes of it; bytes beyond ASCII that are not in it */
	bool opaque; /* in a character set whose letters look like ASCII, or encoded twice */
	bool masked; /* the log wrote ? for something */
	bool equals; /* the last byte was = */
};

/* --- subjects --------------------------------------------------------------------------------------- */

static void put(struct letters *l, unsigned char c)
{
	bool blank = l->n == 0 || l->text[l->n - 1] == ' ';

	if (c >= 'A' && c <= 'Z')
		c |= 0x20;
	l->foreign += c >= 0x80;
	l->masked |= c == '?';
	l->opaque |= c == '?' && l->equals;
	l->equals = c == '=';
	if (l->n == sizeof(l->text))
		return;
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		l->text[l->n++] = (char)c;
	else if (!blank)
		l->text[l->n++] = ' ';
}

static void put_quoted(struct letters *l, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		int high, low;

		/* the log has cut it here */
		if (s.p[i] == '=' && i + 2 >= s.n)
			return;
		high = s.p[i] == '=' ? hex_digit(s.p[i + 1]) : -1;
		low = high < 0 ? -1 : hex_digit(s.p[i + 2]);
		put(l, low < 0 ? (unsigned char)s.p[i] : (unsigned char)(high * 16 + low));
		i += low < 0 ? 0 : 2;
	}
}

static void put_base64(struct letters *l, struct span s)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < s.n; i++) {
		int digit = base64_digit(s.p[i]);

		if (digit < 0)
			continue;
		bits = (bits << 6 | (uint32_t)digit) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			put(l, (unsigned char)(bits >> have));
		}
	}
}

static bool shows_ascii(struct span charset)
{
	static const char *const sets[] = { "utf-8", "us-ascii", "iso-8859-", "windows-125", "cp125",
					    "koi8-", "euc-",	 "gb2312",    "ascii",	     "utf8" };

	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		if (span_eq_nocase(span_head(charset, strlen(sets[i])), span_str(sets[i])))
			return true;
	return false;
}

/* RFC 2047's =?charset?Q?text?= at the start of S, perhaps cut. Its length, or 0 where none begins. */
static size_t take_encoded(struct letters *l, struct span s)
{
	ptrdiff_t charset = span_starts(s, SPAN("=?")) ? span_find(s, 2, '?') : -1, end;
	struct span text;
	char how;

	if (charset < 3 || charset + 2 >= (ptrdiff_t)s.n || s.p[charset + 2] != '?')
		return 0;
	how = s.p[charset + 1] | 0x20;
	if (how != 'q' && how != 'b')
		return 0;
	end = span_search(s, (size_t)charset + 3, SPAN("?="));
	text = span_of(s.p + charset + 3, (end < 0 ? s.n : (size_t)end) - (size_t)charset - 3);
	l->opaque |= !shows_ascii(span_of(s.p + 2, (size_t)charset - 2));
	if (how == 'q')
		put_quoted(l, text);
	else
		put_base64(l, text);
	return end < 0 ? s.n : (size_t)end + 2;
}

/* Blanks between two encoded words are none of the text's (RFC 2047 6.2). */
static void spell(struct letters *l, struct span s)
{
	bool encoded = false;

	s = span_head(s, SUBJECT_MOST);
	while (s.n) {
		struct span rest = encoded ? span_trim(s) : s;
		size_t n = take_encoded(l, rest);

		encoded = n > 0;
		if (encoded) {
			s = span_from(rest, n);
		} else {
			put(l, (unsigned char)s.p[0]);
			s = span_from(s, 1);
		}
	}
	if (l->n && l->text[l->n - 1] == ' ')
		l->n--;
}

static struct span squeeze(const struct letters *l, char out[SUBJECT_MOST])
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->text[i] != ' ')
			out[n++] = l->text[i];
	return span_of(out, n);
}

static struct span next_word(struct span *s)
{
	ptrdiff_t end = span_find(*s, 0, ' ');
	struct span word = end < 0 ? *s : span_head(*s, (size_t)end);

	*s = span_from(*s, word.n + 1);
	return word;
}

static bool has_word(struct span list, struct span word)
{
	while (list.n)
		if (span_eq(next_word(&list), word))
			return true;
	return false;
}

/* Half of its words are there: something has rewritten it, and whether it was the sender of the complaint is not known. */
static bool half_is_there(const struct letters *logged, const struct letters *told)
{
	struct span list = span_of(logged->text, logged->n);
	unsigned words = 0, there = 0;

	while (list.n && words < WORDS_MOST) {
		words++;
		there += has_word(span_of(told->text, told->n), next_word(&list));
	}
	return 2 * there >= words;
}

/* All of it is ASCII and was written so. */
static bool is_plain(const struct letters *l, size_t n)
{
	return n >= TELLING && l->foreign == 0 && !l->masked;
}

static enum word subjects(struct span logged, struct span told)
{
	struct letters a = { .n = 0 }, b = { .n = 0 };
	char room_a[SUBJECT_MOST], room_b[SUBJECT_MOST];
	struct span x, y;

	if (!logged.n || !told.n)
		return UNKNOWN;
	spell(&a, logged);
	spell(&b, told);
	x = squeeze(&a, room_a);
	y = squeeze(&b, room_b);
	if (a.opaque || b.opaque)
		return UNKNOWN;
	if (x.n >= TELLING && span_search(y, 0, x) >= 0)
		return AGREES;
	/* of two in other letters nothing can be said; one in Latin letters is not the same */
	if (a.foreign > x.n || b.foreign > y.n)
		return is_plain(&a, x.n) || is_plain(&b, y.n) ? DIFFERS : UNKNOWN;
	if (!x.n || !y.n)
		return UNKNOWN;
	if (span_search(y, 0, x) >= 0 || span_starts(x, y) || (y.n >= TELLING && span_search(x, 0, y) >= 0))
		return AGREES;
	return half_is_there(&a, &b) ? UNKNOWN : DIFFERS;
}

/* --- recipients ------------------------------------------------------------------------------------- */

static bool says(struct span s, struct span word)
{
	for (size_t i = 0; i + word.n <= s.n; i++)
		if (span_eq_nocase(span_of(s.p + i, word.n), word))
			return true;
	return false;
}

/* A word that stands where something was taken out. */
static bool is_taken_out(struct span s)
{
	static const struct span words[] = { SPAN("redact"), SPAN("remov"), SPAN("munge"), SPAN("hidden"),
					     SPAN("anonym"), SPAN("xxx"),   SPAN("***") };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (says(s, words[i]))
			return true;
	return false;
}

uint64_t accord_address(struct span address, uint64_t *ret_domain)
{
	uint64_t domain, whole = rcpt_hash(address, &domain);

	if (ret_domain)
		*ret_domain = hash_mix(domain ^ DOMAIN);
	return whole;
}

uint64_t accord_id(struct span message_id)
{
	return hash_mix(rcpt_hash(message_id, NULL) ^ ID);
}

static bool is_among(const struct logged *l, uint64_t name)
{
	size_t low = 0, high = l->nnames;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->names[middle] < name)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->nnames && l->names[low] == name;
}

/*
 * The same domain and another name may be a name that was replaced. Another domain differs, where a recipient
 * is told by who handed it over and not even a header of the message names one of the log's: a forwarder's does.
 */
static enum word recipients(const struct logged *l, const struct told *t)
{
	enum word found = UNKNOWN;

	for (size_t i = 0; i < t->naddresses + t->nrecipients; i++) {
		struct span one = i < t->naddresses ? t->addresses[i] : t->recipients[i - t->naddresses];

		if (is_among(l, accord_address(one, NULL)))
			return AGREES;
	}
	for (size_t i = 0; i < t->nrecipients; i++) {
		struct span one = t->recipients[i];
		ptrdiff_t at = span_rfind(one, '@');
		uint64_t domain;

		if (at < 1 || span_find(one, (size_t)at, '.') < 0 || is_taken_out(one))
			continue;
		accord_address(one, &domain);
		if (is_among(l, domain))
			return UNKNOWN;
		found = DIFFERS;
	}
	return found;
}

/* --- the rest --------------------------------------------------------------------------------------- */

static enum word message_ids(const struct logged *l, struct span told)
{
	if (!l->message_id.n || !told.n)
		return UNKNOWN;
	if (span_eq_nocase(l->message_id, told))
		return AGREES;
	return is_taken_out(told) || span_find(told, 0, '@') < 0 ? UNKNOWN : DIFFERS;
}

static uint64_t apart(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

static enum word times(int64_t logged, int64_t told)
{
	uint64_t by = apart(logged, told);

	return !logged || !told ? UNKNOWN : by <= NEAR ? AGREES : by > FAR ? DIFFERS : UNKNOWN;
}

/* Which of what differs from L is so after all by OTHER, which stands under the same id. */
static uint32_t excuses(const struct logged *other, const struct told *told, uint32_t differs)
{
	uint32_t found = other->cut ? differs & (ABOUT_RECIPIENT | ABOUT_MESSAGE_ID) : 0;

	if ((differs & ABOUT_RECIPIENT) && recipients(other, told) != DIFFERS)
		found |= ABOUT_RECIPIENT;
	if ((differs & ABOUT_MESSAGE_ID) && is_among(other, accord_id(told->message_id)))
		found |= ABOUT_MESSAGE_ID;
	if ((differs & ABOUT_SUBJECT) && subjects(other->subject, told->subject) == AGREES)
		found |= ABOUT_SUBJECT;
	return found;
}

struct accord accord_compare(const struct told *told, const struct logged *logged)
{
	enum word to = recipients(logged, told);
	const struct {
		uint32_t about;
		enum word found;
	} all[] = {
		{ ABOUT_SUBJECT, subjects(logged->subject, told->subject) },
		{ ABOUT_RECIPIENT, to == DIFFERS && !logged->whole ? UNKNOWN : to },
		{ ABOUT_MESSAGE_ID, message_ids(logged, told->message_id) },
		{ ABOUT_TIME, times(logged->at, told->at) },
	};
	struct accord a = { 0 };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		a.agrees |= all[i].found == AGREES ? all[i].about : 0;
		a.differs |= all[i].found == DIFFERS ? all[i].about : 0;
	}
	/* the same letter to somebody else was forwarded: who knows its subject need not make up a recipient */
	if (a.agrees & ABOUT_SUBJECT)
		a.differs &= ~(uint32_t)ABOUT_RECIPIENT;
	/* who knows the Message-ID knows the true one */
	if (logged->added && (a.agrees & ABOUT_MESSAGE_ID))
		a.differs &= ~(uint32_t)ABOUT_SUBJECT;
	a.doubts = excuses(logged, told, a.differs & ABOUT_MESSAGE_ID);
	a.doubts |= logged->added ? a.differs & ABOUT_SUBJECT : 0;
	for (size_t i = 0; i < logged->nothers; i++)
		a.doubts |= excuses(&logged->others[i], told, a.differs);
	a.differs &= ~a.doubts;
	return a;
}

size_t accord_choose(const struct logged *logged, size_t n, int64_t at)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		if (at ? apart(logged[best].at, at) > NEAR &&
				    apart(logged[i].at, at) < apart(logged[best].at, at)
		       : !logged[best].at)
			best = i;
	return best;
}
