/*
 * headers - see headers.h.
 *
 * Own code beside GMime's, because the same fields stand where GMime sees only text: behind Exim's and qmail's lines of
 * dashes, in SpamCop's and forwarded mail, quoted with ">". One reader for both keeps them alike. Values stay as they
 * were written: decoding RFC 2047 is for the eye, and what is compared (ids, hosts, addresses) is never encoded.
 *
 * TRUST: every byte. One pass over the lines, positions only move forward, every list and text has its limit.
 */
#include "repute/headers.h"
#include "base/buf.h"
#include "base/arena.h"

#include <stddef.h>

#define LINES_MOST 20000
#define FIELDS_MOST 400 /* limit complaints: header fields of one message */
#define NAME_MOST 76

static struct span line_of(struct span text)
{
	ptrdiff_t end = span_find(text, 0, '\n');

	return end < 0 ? text : span_head(text, (size_t)end);
}

static struct span without_cr(struct span line)
{
	return line.n && line.p[line.n - 1] == '\r' ? span_head(line, line.n - 1) : line;
}

/* Bytes of the name in front of the colon; 0: no field begins here (RFC 5322 2.2). */
static size_t name_length(struct span line)
{
	size_t n = 0;

	while (n < line.n && n < NAME_MOST && line.p[n] > ' ' && line.p[n] < 127 && line.p[n] != ':')
		n++;
	return n && n < line.n && line.p[n] == ':' ? n : 0;
}

bool header_next(struct arena *a, struct span *block, struct header *ret)
{
	struct span line = without_cr(line_of(*block));
	size_t n = name_length(line);
	struct buf value = BUF_MAX(COMPLAINT_TEXT_MOST);

	if (n == 0)
		return false;
	ret->name = span_head(line, n);
	buf_span(&value, span_head(span_trim(span_from(line, n + 1)), COMPLAINT_TEXT_MOST));
	*block = span_from(*block, line_of(*block).n + 1);
	while (block->n && (block->p[0] == ' ' || block->p[0] == '\t')) {
		struct span more = span_trim(without_cr(line_of(*block)));

		if (more.n && !value.over) {
			buf_byte(&value, ' ');
			buf_span(&value, span_head(more, value.max - value.n));
		}
		*block = span_from(*block, line_of(*block).n + 1);
	}
	ret->value = arena_span(a, buf_view(&value));
	buf_free(&value);
	return true;
}

struct span address_in(struct span value)
{
	ptrdiff_t open = span_rfind(value, '<'), close = open < 0 ? -1 : span_find(value, (size_t)open, '>');
	ptrdiff_t semicolon = span_find(value, 0, ';');
	size_t n = 0;

	if (close > open + 1) {
		value = span_of(value.p + open + 1, (size_t)(close - open - 1));
	} else {
		value = span_trim(semicolon < 0 ? value : span_from(value, (size_t)semicolon + 1));
		while (n < value.n && value.p[n] != ' ' && value.p[n] != ',')
			n++;
		value = span_head(value, n);
	}
	return span_find(value, 0, '@') > 0 ? value : SPAN_NONE;
}

static void add_address(struct arena *a, struct span **list, size_t *n, struct span address)
{
	if (!address.n)
		return;
	for (size_t i = 0; i < *n; i++)
		if (span_eq_nocase((*list)[i], address))
			return;
	if (!*list)
		*list = arena_alloc(a, COMPLAINT_RECIPIENTS_MOST * sizeof(**list));
	if (*n < COMPLAINT_RECIPIENTS_MOST)
		(*list)[(*n)++] = arena_span(a, address);
}

void complaint_recipient(struct arena *a, struct complaint *c, struct span address)
{
	add_address(a, &c->recipients, &c->nrecipients, address);
}

void complaint_envelope(struct arena *a, struct complaint *c, struct span address)
{
	complaint_recipient(a, c, address);
	add_address(a, &c->envelope, &c->nenvelope, address);
}

static void once(struct span *field, struct span value)
{
	if (!field->n)
		*field = value;
}

static void add_received(struct arena *a, struct original *o, struct span value)
{
	if (!o->received)
		o->received = arena_alloc(a, COMPLAINT_RECEIVED_MOST * sizeof(*o->received));
	if (o->nreceived < COMPLAINT_RECEIVED_MOST)
		o->received[o->nreceived++] = value;
}

struct known {
	const char *name;
	size_t offset; /* of struct original */
	bool address;
};

#define FIELD(name, member, address)                             \
	{                                                        \
		name, offsetof(struct original, member), address \
	}

/* Once each: a second From or X-PHP-Script further down is more likely forged than the first. */
static const struct known known[] = {
	FIELD("message-id", message_id, false),
	FIELD("from", from, true),
	FIELD("return-path", sender, true),
	FIELD("x-original-mail-from", sender, true),
	FIELD("subject", subject, false),
	FIELD("x-php-script", php_script, false),
	FIELD("x-php-originating-script", php_originating, false),
	FIELD("x-authenticated-sender", auth_sender, false),
	FIELD("x-authenticated-id", auth_sender, false),
	FIELD("x-get-message-sender-via", auth_sender, false),
	FIELD("x-source-dir", source_dir, false),
};

static const char *const recipient_fields[] = { "to",		"x-hmxmroriginalrecipient",
						"x-rcpt-to",	"x-original-to",
						"delivered-to", "x-envelope-to" };

void headers_original(struct arena *a, struct span block, struct complaint *c)
{
	unsigned ids = 0, subjects = 0;
	struct header h;

	for (unsigned n = 0; n < FIELDS_MOST && header_next(a, &block, &h); n++) {
		if (span_eq_nocase(h.name, SPAN("received")))
			add_received(a, &c->original, h.value);
		ids += span_eq_nocase(h.name, SPAN("message-id"));
		subjects += span_eq_nocase(h.name, SPAN("subject"));
		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (span_eq_nocase(h.name, span_str(known[i].name)))
				once((struct span *)(void *)((char *)&c->original + known[i].offset),
				     known[i].address ? address_in(h.value) : h.value);
		for (size_t i = 0; i < sizeof(recipient_fields) / sizeof(*recipient_fields); i++)
			if (span_eq_nocase(h.name, span_str(recipient_fields[i])))
				complaint_recipient(a, c, address_in(h.value));
	}
	c->original.twice = c->original.twice || ids > 1 || subjects > 1;
}

/* Blanks and ">" in front: a quoted message. */
static struct span unquoted(struct span line)
{
	size_t n = 0;

	while (n < line.n && n < 8 && (line.p[n] == '>' || (line.p[n] == ' ' && n && line.p[n - 1] == '>')))
		n++;
	return span_from(line, n);
}

/* How much a name speaks for a mail's own head rather than for the head of a letter somebody quotes. */
static unsigned weight_of(struct span name)
{
	static const struct {
		const char *name;
		unsigned weight;
	} names[] = { { "received", 4 }, { "message-id", 4 },  { "return-path", 2 }, { "from", 2 },
		      { "subject", 1 },	 { "date", 1 },	       { "to", 1 },	     { "x-php-script", 4 },
		      { "sender", 1 },	 { "mime-version", 1 } };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_eq_nocase(name, span_str(names[i].name)))
			return names[i].weight;
	return 0;
}

/* Lines of one block into OUT; how much it looks like a message's head. Moves TEXT behind it. */
static unsigned take_block(struct span *text, struct buf *out)
{
	unsigned weight = 0;

	while (text->n) {
		struct span line = unquoted(without_cr(line_of(*text)));
		size_t n = name_length(line);
		bool folded = line.n && (line.p[0] == ' ' || line.p[0] == '\t') && out->n;

		if (!n && !folded)
			break;
		weight += n ? weight_of(span_head(line, n)) : 0;
		buf_span(out, line);
		buf_byte(out, '\n');
		*text = span_from(*text, line_of(*text).n + 1);
	}
	return weight;
}

/* The heaviest block wins, so that "From: Subject: To:" of a forwarded letter loses against the message's own head. */
struct span headers_in_text(struct arena *a, struct span text)
{
	struct buf best = BUF_MAX(256u << 10);
	unsigned most = 3; /* From, Subject and To alone are a letter's head */
	struct span found;

	for (unsigned n = 0; n < LINES_MOST && text.n; n++) {
		struct buf block = BUF_MAX(256u << 10);
		struct span before = text;
		unsigned weight = take_block(&text, &block);

		if (weight > most) {
			struct buf swap = best;

			most = weight;
			best = block;
			block = swap;
		}
		buf_free(&block);
		if (text.n == before.n)
			text = span_from(text, line_of(text).n + 1);
	}
	found = best.n ? arena_span(a, buf_view(&best)) : SPAN_NONE;
	buf_free(&best);
	return found;
}
