/*
 * signs_rows - see signs_gather.h: volume, who looks taken over, who relays from outside, and programs beside the mail
 * server, in one walk over the hour's rows.
 *
 * TRUST: rows were checked in form; their ids are foreign text.
 */
#include "app/signs_gather.h"

#include "app/signs_state.h"
#include "model/rows.h"
#include "trace/net.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#define HOUR INT64_C(3600)
#define TEXT_MOST 600
#define NAMED 3 /* more are only counted */

/* Who has most of something. */
struct most {
	enum sender_kind kind;
	struct span id;
	uint64_t messages;
};

struct hour {
	uint64_t messages, recipients, relayed;
	unsigned taken_over, direct;
	bool direct_for_sure;
	struct most sender, relay;
	struct buf taken_over_text, direct_text;
	uint64_t own_messages, own_recipients; /* our alarms: they went through the local sendmail as root */
	struct ifaddrs *addresses; /* this server's, or NULL */
};

static void count_alarms(struct hour *h, const struct signs *s, const struct signs_past *past)
{
	for (size_t i = 0; past && i < past->nmailed; i++)
		if (past->mailed[i].at > s->now - HOUR && past->mailed[i].at <= s->now) {
			h->own_messages++;
			h->own_recipients += past->mailed[i].recipients;
		}
}

static uint64_t less(uint64_t n, uint64_t by)
{
	return n > by ? n - by : 0;
}

static void take_most(struct most *m, const struct row *r)
{
	if (r->counts.messages > m->messages)
		*m = (struct most){ r->kind, r->id, r->counts.messages };
}

/* What a sender of this server handed over; mail that came from outside to stay is none. */
static void take_volume(struct hour *h, const struct row *r)
{
	if (r->kind == KIND_INBOUND || r->kind == KIND_BOUNCE || r->kind == KIND_UNKNOWN ||
	    r->kind == KIND_DIRECT)
		return;
	if (r->kind == KIND_LOCAL && span_eq(r->id, SPAN("root"))) {
		h->messages += less(r->counts.messages, h->own_messages);
		h->recipients += less(r->counts.recipients, h->own_recipients);
		return;
	}
	h->messages += r->counts.messages;
	h->recipients += r->counts.recipients;
	take_most(&h->sender, r);
}

static void add_named(struct buf *text, unsigned *n, const struct row *r, bool with_kind)
{
	if ((*n)++ >= NAMED)
		return;
	buf_str(text, *n > 1 ? ", " : "");
	if (with_kind) {
		buf_str(text, sender_kind_name(r->kind));
		buf_byte(text, ' ');
	}
	signs_add_name(text, r->id);
}

static bool is_own(const struct ifaddrs *all, const uint8_t ip[16])
{
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		int family = i->ifa_addr ? i->ifa_addr->sa_family : 0;

		if (family == AF_INET && net_is_v4(ip) &&
		    memcmp(&((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr, ip + 12, 4) ==
			    0)
			return true;
		if (family == AF_INET6 &&
		    memcmp(&((const struct sockaddr_in6 *)(const void *)i->ifa_addr)->sin6_addr, ip, 16) == 0)
			return true;
	}
	return false;
}

/* A relay's row is a client without a login whose mail went on to somebody outside. */
static void take_relay(struct hour *h, const struct row *r)
{
	uint8_t ip[16];

	if (r->kind != KIND_RELAY || r->trusted || !net_parse(r->id, ip) || net_is_inner(ip) ||
	    is_own(h->addresses, ip))
		return;
	h->relayed += r->counts.messages;
	take_most(&h->relay, r);
}

static void take_row(struct hour *h, const struct row *r)
{
	take_volume(h, r);
	take_relay(h, r);
	/* programs beside the mail server have a sign of their own */
	if (r->verdict == VERDICT_COMPROMISED && r->kind != KIND_DIRECT)
		add_named(&h->taken_over_text, &h->taken_over, r, true);
	if (r->kind == KIND_DIRECT && !r->trusted) {
		h->direct_for_sure |= r->verdict == VERDICT_COMPROMISED;
		add_named(&h->direct_text, &h->direct, r, false);
	}
}

static void put(struct signs *s, enum sign_id id, double value, struct arena *a, struct buf *text)
{
	s->sign[id].value = value;
	s->sign[id].text = arena_span(a, buf_view(text));
	text->n = 0;
}

static void tell(const struct hour *h, struct signs *s, struct arena *a)
{
	struct buf text = BUF_MAX(TEXT_MOST), named;

	put(s, SIGN_RECIPIENTS, (double)h->recipients, a, &text);
	if (h->sender.messages) {
		buf_addf(&text, "%u%% by %s ", (unsigned)(h->sender.messages * 100 / h->messages),
			 sender_kind_name(h->sender.kind));
		signs_add_name(&text, h->sender.id);
	}
	put(s, SIGN_MESSAGES, (double)h->messages, a, &text);
	if (h->relay.messages) {
		buf_str(&text, "without a login, most by ");
		signs_add_name(&text, h->relay.id);
	}
	put(s, SIGN_RELAY, (double)h->relayed, a, &text);
	named = h->taken_over_text;
	put(s, SIGN_SENDERS, h->taken_over, a, &named);
	named = h->direct_text;
	put(s, SIGN_DIRECT, h->direct, a, &named);
	if (h->direct_for_sure) {
		s->sign[SIGN_DIRECT].sure = true;
		s->sign[SIGN_DIRECT].state = SIGN_CRITICAL;
	}
	buf_free(&text);
}

void signs_gather_rows(struct signs *s, struct arena *a, const struct signs_found *found)
{
	struct hour h = { .taken_over_text = BUF_MAX(TEXT_MOST), .direct_text = BUF_MAX(TEXT_MOST) };
	struct row_walk rows = rows_walk(found->q, ROWS_HEADS);
	const struct row *r;

	count_alarms(&h, s, found->past);
	if (found->live && getifaddrs(&h.addresses) < 0)
		h.addresses = NULL;
	while ((r = rows_next(&rows)) != NULL)
		take_row(&h, r);
	rows_stop(&rows);
	tell(&h, s, a);
	if (h.addresses)
		freeifaddrs(h.addresses);
	buf_free(&h.taken_over_text);
	buf_free(&h.direct_text);
}
