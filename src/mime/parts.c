/*
 * parts - see parts.h. What is looked at, in this order of weight: machine-readable parts (feedback-report,
 * delivery-status, XARF), an attached message or its head, and at last a message's head somewhere in the prose.
 *
 * GMime cuts the tree and decodes bodies; of headers only their raw values are asked for. Its decoded ones would go
 * through iconv, and that for character sets which the sender names.
 *
 * TRUST: every byte. Parts, their bytes and their fields are counted.
 */
#include "mime/parts.h"

#include "repute/check.h"
#include "repute/headers.h"
#include "base/arena.h"
#include "base/digits.h"

#define PARTS_MOST 500 /* limit complaints: parts of one message */
#define HOSTS_BYTES (256u << 10) /* limit complaints, bytes: of a text, for the addresses in it */
#define PART_BYTES (8u << 20) /* limit complaints, bytes: of one part */

struct found {
	struct arena *arena;
	struct complaint *c;
	bool report, status, original, hotmail;
	struct span prose; /* of the first text parts */
	unsigned parts;
};

struct span part_text(struct arena *a, struct span s)
{
	return arena_span(a, span_head(span_trim(s), COMPLAINT_TEXT_MOST));
}

static struct span raw_header(GMimeObject *o, const char *name)
{
	GMimeHeader *h = g_mime_header_list_get_header(g_mime_object_get_header_list(o), name);

	return h ? span_trim(span_str(g_mime_header_get_raw_value(h))) : SPAN_NONE;
}

/* The part's bytes, decoded, in the arena. */
static struct span content_of(struct arena *a, GMimeObject *o)
{
	GMimeDataWrapper *content = GMIME_IS_PART(o) ? g_mime_part_get_content(GMIME_PART(o)) : NULL;
	GMimeStream *mem;
	GByteArray *bytes;
	struct span copy;

	if (!content)
		return SPAN_NONE;
	mem = g_mime_stream_mem_new();
	g_mime_data_wrapper_write_to_stream(content, mem);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(mem));
	copy = arena_span(
		a, span_of((const char *)bytes->data, bytes->len < PART_BYTES ? bytes->len : PART_BYTES));
	g_object_unref(mem);
	return copy;
}

/* RFC 5965 3: fields of a report; those about the message outrank what the attached message says of itself. */
static void take_feedback(struct found *f, struct span text)
{
	struct complaint *c = f->c;
	struct header h;

	while (text.n && (text.p[0] == '\n' || text.p[0] == '\r'))
		text = span_from(text, 1);
	while (header_next(f->arena, &text, &h)) {
		if (span_eq_nocase(h.name, SPAN("feedback-type")))
			c->type = h.value;
		else if (span_eq_nocase(h.name, SPAN("source-ip")))
			c->source = h.value;
		else if (span_eq_nocase(h.name, SPAN("original-mail-from")))
			c->original.sender = address_in(h.value);
		else if (span_eq_nocase(h.name, SPAN("original-rcpt-to")) ||
			 span_eq_nocase(h.name, SPAN("removal-recipient")))
			complaint_envelope(f->arena, c, address_in(h.value));
		else if (span_eq_nocase(h.name, SPAN("reporting-mta")))
			c->reporting_mta = h.value;
	}
	f->report = true;
}

/* X-ARF 0.1 and 0.2, before JSON: fields in a text part, Source and Report-Type among them. */
static bool take_old_xarf(struct found *f, struct span text)
{
	struct span source = SPAN_NONE, type = SPAN_NONE;
	struct header h;

	text = span_trim(text);
	if (span_starts(text, SPAN("---")))
		text = span_trim(span_from(text, 3));
	while (header_next(f->arena, &text, &h)) {
		if (span_eq_nocase(h.name, SPAN("source")))
			source = h.value;
		else if (span_eq_nocase(h.name, SPAN("report-type")))
			type = h.value;
	}
	if (!source.n || !type.n)
		return false;
	f->c->source = source;
	f->c->type = type;
	f->c->kind = COMPLAINT_XARF;
	return true;
}

static struct span behind_semicolon(struct span value)
{
	ptrdiff_t at = span_find(value, 0, ';');

	return at < 0 ? value : span_trim(span_from(value, (size_t)at + 1));
}

static void take_status_field(struct found *f, const struct header *h, struct failure *at)
{
	struct complaint *c = f->c;

	if (span_eq_nocase(h->name, SPAN("final-recipient")) ||
	    (span_eq_nocase(h->name, SPAN("original-recipient")) && !at->recipient.n))
		at->recipient = address_in(h->value).n ? address_in(h->value) : behind_semicolon(h->value);
	else if (span_eq_nocase(h->name, SPAN("action")))
		at->action = h->value;
	else if (span_eq_nocase(h->name, SPAN("status")))
		at->status = h->value;
	else if (span_eq_nocase(h->name, SPAN("diagnostic-code")))
		at->text = behind_semicolon(h->value);
	else if (span_eq_nocase(h->name, SPAN("reporting-mta")))
		c->reporting_mta = behind_semicolon(h->value);
	else if (span_eq_nocase(h->name, SPAN("x-postfix-queue-id")))
		c->original.queue_id = h->value;
	else if (span_eq_nocase(h->name, SPAN("x-postfix-sender")))
		c->original.sender = address_in(h->value);
}

/* RFC 3464 2.1: groups of fields with an empty line between, the first about the message, then one a recipient. */
static void take_status(struct found *f, struct span text)
{
	struct complaint *c = f->c;

	if (!c->failures)
		c->failures = arena_alloc(f->arena, COMPLAINT_RECIPIENTS_MOST * sizeof(*c->failures));
	while (text.n) {
		struct failure failure = { .recipient = SPAN_NONE };
		struct span before = text;
		struct header h;

		while (header_next(f->arena, &text, &h))
			take_status_field(f, &h, &failure);
		if (failure.recipient.n && c->nfailures < COMPLAINT_RECIPIENTS_MOST) {
			c->failures[c->nfailures++] = failure;
			complaint_envelope(f->arena, c, failure.recipient);
		}
		if (text.n == before.n || (text.n && (text.p[0] == '\n' || text.p[0] == '\r')))
			text = span_from(text, 1);
	}
	f->status = true;
}

void parts_original(struct arena *a, struct span bytes, struct complaint *c)
{
	while (bytes.n && (bytes.p[0] == '\n' || bytes.p[0] == '\r'))
		bytes = span_from(bytes, 1);
	headers_original(a, bytes, c);
}

/* Only the first is the original; further ones are what somebody collected beside it. */
static void take_message(struct found *f, GMimeObject *part)
{
	GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
	char *head = inner ? g_mime_object_get_headers(GMIME_OBJECT(inner), NULL) : NULL;

	if (!head)
		return;
	f->hotmail = f->hotmail || raw_header(GMIME_OBJECT(inner), "X-HmXmrOriginalRecipient").n;
	if (!f->original)
		headers_original(f->arena, span_str(head), f->c);
	f->original = true;
	g_free(head);
}

static bool is_type(GMimeObject *o, const char *type, const char *subtype)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(o), type, subtype);
}

static void take_leaf(struct found *f, GMimeObject *o)
{
	bool json = is_type(o, "application", "json") || is_type(o, "application", "*");
	struct span text;

	if (is_type(o, "message", "feedback-report")) {
		take_feedback(f, content_of(f->arena, o));
	} else if (is_type(o, "message", "delivery-status") ||
		   is_type(o, "message", "global-delivery-status")) {
		take_status(f, content_of(f->arena, o));
	} else if (is_type(o, "text", "rfc822-headers") || is_type(o, "message", "rfc822-headers") ||
		   is_type(o, "message", "partial")) {
		if (!f->original)
			parts_original(f->arena, content_of(f->arena, o), f->c);
		f->original = true;
	} else if (json && xarf_read(f->arena, content_of(f->arena, o), f->c)) {
		f->report = true;
	} else if (is_type(o, "text", "*")) {
		text = content_of(f->arena, o);
		if (!f->prose.n || (!is_type(o, "text", "html") && text.n > f->prose.n))
			f->prose = text;
		if (xarf_read(f->arena, text, f->c) || take_old_xarf(f, text))
			f->report = true;
	}
}

/* Depth first, with a list instead of recursion. An attached message is not gone into: it is the original. */
static void walk(struct found *f, GMimeObject *top)
{
	GMimeObject *todo[PARTS_MOST];
	size_t n = 0;

	if (top)
		todo[n++] = top;
	while (n && f->parts++ < PARTS_MOST) {
		GMimeObject *o = todo[--n];

		if (GMIME_IS_MULTIPART(o)) {
			GMimeMultipart *m = GMIME_MULTIPART(o);

			for (int i = g_mime_multipart_get_count(m); i-- > 0 && n < PARTS_MOST;)
				todo[n++] = g_mime_multipart_get_part(m, i);
		} else if (GMIME_IS_MESSAGE_PART(o)) {
			take_message(f, o);
		} else {
			take_leaf(f, o);
		}
	}
}

static void add_host(struct arena *a, struct complaint *c, struct span word)
{
	ptrdiff_t colon = span_find(word, 0, ':');
	struct subject one;

	while (word.n && (word.p[word.n - 1] == '.' || word.p[word.n - 1] == ':'))
		word.n--;
	/* a port behind IPv4 */
	if (colon > 0 && span_find(span_head(word, (size_t)colon), 0, '.') > 0)
		word = span_head(word, (size_t)colon);
	if (word.n < 7 || !subject_parse(word, &one) || !one.nip)
		return;
	for (size_t i = 0; i < c->nhosts; i++)
		if (span_eq_nocase(c->hosts[i], word))
			return;
	if (!c->hosts)
		c->hosts = arena_alloc(a, COMPLAINT_HOSTS_MOST * sizeof(*c->hosts));
	if (c->nhosts < COMPLAINT_HOSTS_MOST)
		c->hosts[c->nhosts++] = arena_span(a, word);
}

/* Reports on attacks, bots and harvesters say in prose, in tables or in XML of their own which addresses they mean. */
static void read_hosts(struct arena *a, struct span text, struct complaint *c)
{
	text = span_head(text, HOSTS_BYTES);
	for (size_t i = 0; i < text.n;) {
		size_t from = i;

		while (i < text.n && is_ip_letter(text.p[i]))
			i++;
		if (i > from)
			add_host(a, c, span_of(text.p + from, i - from));
		i += i == from;
	}
}

/* Something in it can be compared with what this server knows. */
static bool has_address(const struct complaint *c)
{
	return c->original.message_id.n || c->original.sender.n || c->original.from.n ||
	       c->original.nreceived || c->nrecipients || c->source.n;
}

static void once_sender(struct arena *a, struct complaint *c, struct span to)
{
	if (!c->original.sender.n && to.n)
		c->original.sender = part_text(a, to);
}

/*
 * What kind of mail this is, once all of it has been seen. A bounce is told by its delivery-status part, else by who
 * says that he wrote it; the wording of Hotmail, SpamCop and people comes last.
 */
static void decide(struct found *f, GMimeObject *top, struct span return_path)
{
	struct complaint *c = f->c;
	bool bounce = f->status || bounce_is(c->reporter, c->about, return_path);
	struct span failed = raw_header(top, "X-Failed-Recipients");

	if (bounce && !f->report) {
		c->kind = COMPLAINT_DSN;
		c->bounce = true;
		while (failed.n) {
			ptrdiff_t comma = span_find(failed, 0, ',');

			complaint_recipient(
				f->arena, c,
				address_in(comma < 0 ? failed : span_head(failed, (size_t)comma)));
			failed = comma < 0 ? SPAN_NONE : span_trim(span_from(failed, (size_t)comma + 1));
		}
		if (!f->status)
			bounce_read(f->arena, f->prose, c);
	} else if (c->kind != COMPLAINT_XARF) {
		c->kind = f->report ? COMPLAINT_ARF : f->hotmail ? COMPLAINT_HOTMAIL : COMPLAINT_OTHER;
	}
	if (!f->original && c->kind != COMPLAINT_XARF) {
		struct span block = headers_in_text(f->arena, f->prose);

		headers_original(f->arena, block, c);
		f->original = block.n > 0;
	}
	if (c->kind == COMPLAINT_OTHER && (span_search(c->about, 0, SPAN("[SpamCop")) >= 0 ||
					   span_search(c->reporter, 0, SPAN("spamcop.net")) >= 0))
		c->kind = COMPLAINT_SPAMCOP;
	else if (c->kind == COMPLAINT_OTHER && f->original)
		c->kind = COMPLAINT_FORWARDED;
	/* a bounce goes to who sent it, where nothing else tells him */
	if (c->bounce && !c->original.from.n && !c->original.nreceived && !c->original.message_id.n)
		once_sender(f->arena, c, address_in(raw_header(top, "To")));
	if (c->kind == COMPLAINT_OTHER && !has_address(c))
		read_hosts(f->arena, f->prose, c);
	if (c->kind == COMPLAINT_XARF && !c->original.sender.n && !c->original.nreceived)
		c->why = SPAN("it speaks of an address or a page, not of a message");
	else if (c->nhosts)
		c->why = SPAN("its text names addresses, not a message");
	else if (!has_address(c))
		c->why = SPAN("no message of ours, no recipient and no address is named in it");
	else if (!f->original && c->kind != COMPLAINT_XARF && !c->original.queue_id.n)
		c->why = SPAN("the message it speaks of is not attached");
}

/* Hotmail's older form: its fields in front of the original's, and no part of its own. */
static void take_old_hotmail(struct found *f, GMimeObject *top)
{
	char *head = g_mime_object_get_headers(top, NULL);
	ptrdiff_t at = head ? span_search(span_str(head), 0, SPAN("X-HmXmrOriginalRecipient:")) : -1;

	if (at >= 0) {
		headers_original(f->arena, span_from(span_str(head), (size_t)at), f->c);
		f->hotmail = f->original = true;
	}
	g_free(head);
}

void parts_read_text(struct arena *a, struct span text, struct complaint *ret)
{
	ret->kind = COMPLAINT_OTHER;
	bounce_read(a, text, ret);
	headers_original(a, headers_in_text(a, text), ret);
	if (!ret->nrecipients && !ret->original.from.n && !ret->original.nreceived) {
		ret->why = SPAN("not a message");
		return;
	}
	ret->bounce =
		span_search(text, 0, SPAN("delivered")) >= 0 || span_search(text, 0, SPAN("delivery")) >= 0;
	ret->kind = ret->bounce ? COMPLAINT_DSN : COMPLAINT_FORWARDED;
	ret->why = SPAN("it has no head of its own: who sent it is not known");
}

void parts_read(struct arena *a, GMimeMessage *message, struct complaint *ret)
{
	GMimeObject *top = GMIME_OBJECT(message);
	struct found f = { .arena = a, .c = ret };

	ret->reporter =
		part_text(a, address_in(raw_header(top, "From")).n ? address_in(raw_header(top, "From"))
								   : raw_header(top, "From"));
	ret->about = part_text(a, raw_header(top, "Subject"));
	ret->date = part_text(a, raw_header(top, "Date"));
	ret->kind = COMPLAINT_OTHER;
	walk(&f, g_mime_message_get_mime_part(message));
	take_old_hotmail(&f, top);
	decide(&f, top, raw_header(top, "Return-Path"));
}
