/*
 * refusal - see refusal.h. One table of words; the first row whose word stands in the text names the list.
 *
 * TRUST: the texts are the remote servers', hence anybody's. A lie adds a row or names an address to be checked;
 * nobody is accused by it.
 *
 * Sources: Spamhaus, SpamCop, Barracuda recommend their texts; Microsoft "Non-delivery report error codes" and the
 * Outlook.com postmaster pages (S3140, S3150, 5.7.6xx); Yahoo sender hub (TSS04, TS01, PH01); Gmail "SMTP errors"
 * (4.7.28, 5.7.26); Comcast, Apple, GMX and T-Online postmaster pages. Not checked against living servers.
 */
#include "trace/refusal.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/lower.h"
#include "trace/internal.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define TEXT_MOST 800
#define KEPT_TEXT 300
#define SEEN_MOST (1u << 20)
#define SEED UINT64_C(0x7265667573616c73)

struct word {
	const char *needle; /* lower case */
	const char *provider; /* NULL: whoever refused */
	const char *list;
};

static const struct word words[] = {
	{ "zen.spamhaus", NULL, "zen.spamhaus.org" },
	{ "zen.dq.spamhaus", NULL, "zen.spamhaus.org" },
	{ "dbl.spamhaus", NULL, "dbl.spamhaus.org" },
	{ "sbl.spamhaus", NULL, "zen.spamhaus.org" },
	{ "xbl.spamhaus", NULL, "zen.spamhaus.org" },
	{ "pbl.spamhaus", NULL, "zen.spamhaus.org" },
	{ "spamcop", NULL, "bl.spamcop.net" },
	{ "barracudacentral", NULL, "b.barracudacentral.org" },
	{ "barracudanetworks", NULL, "b.barracudacentral.org" },
	{ "surriel", NULL, "psbl.surriel.com" },
	{ "dnsbl-1.uceprotect", NULL, "dnsbl-1.uceprotect.net" },
	{ "dnsbl-2.uceprotect", NULL, "dnsbl-2.uceprotect.net" },
	{ "dnsbl-3.uceprotect", NULL, "dnsbl-3.uceprotect.net" },
	{ "uceprotect", NULL, "dnsbl-1.uceprotect.net" },
	{ "mailspike", NULL, "bl.mailspike.net" },
	{ "abusix", NULL, "combined.mail.abusix.zone" },
	{ "surbl", NULL, "multi.surbl.org" },
	{ "uribl", NULL, "multi.uribl.com" },
	{ "senderscore", NULL, "bl.score.senderscore.com" },
	{ "spamrats", NULL, "all.spamrats.com" },
	{ "dronebl", NULL, "dnsbl.dronebl.org" },
	{ "blocklist.de", NULL, "bl.blocklist.de" },
	{ "spameatingmonkey", NULL, "bl.spameatingmonkey.net" },
	{ "invaluement", NULL, "invaluement" },
	{ "sorbs", NULL, "sorbs" },
	{ "manitu", NULL, "ix.dnsbl.manitu.net" },
	{ "ipcheck.proofpoint", NULL, "Proofpoint" },
	{ "proofpoint", NULL, "Proofpoint" },
	{ "cloudmark", NULL, "Cloudmark" },
	{ "trendmicro", NULL, "Trend Micro ERS" },
	{ "mail-abuse.com", NULL, "Trend Micro ERS" },
	{ "talosintelligence", NULL, "Cisco Talos" },
	{ "senderbase", NULL, "Cisco Talos" },
	{ "fortiguard", NULL, "FortiGuard" },
	{ "mimecast", NULL, "Mimecast" },
	{ "spamhaus", NULL, "zen.spamhaus.org" },
	{ "s3140", "Microsoft", "S3140" },
	{ "s3150", "Microsoft", "S3150" },
	{ "s775", "Microsoft", "S775" },
	{ "5.7.606", "Microsoft", "5.7.606" },
	{ "5.7.511", "Microsoft", "5.7.511" },
	{ "access denied, banned send", "Microsoft", "5.7.606" },
	{ "tss04", "Yahoo", "TSS04" },
	{ "tss09", "Yahoo", "TSS09" },
	{ "[ts01]", "Yahoo", "TS01" },
	{ "[ts03]", "Yahoo", "TS03" },
	{ "[ph01]", "Yahoo", "PH01" },
	{ "421-4.7.28", "Gmail", "4.7.28" },
	{ "4.7.28", "Gmail", "4.7.28" },
	{ "5.7.28", "Gmail", "5.7.28" },
	{ "5.7.26", "Gmail", "5.7.26" },
	{ "5.7.25", "Gmail", "5.7.25" },
	{ "unusual rate of unsolicited", "Gmail", "4.7.28" },
	{ "likely unsolicited mail", "Gmail", "5.7.1 unsolicited" },
	{ "low reputation of the sending", "Gmail", "reputation" },
	{ "[cs01]", "Apple", "CS01" },
	{ "[hm08]", "Apple", "HM08" },
	{ "bl000000", "Comcast", "BL000000" },
	{ "rl000001", "Comcast", "RL000001" },
	{ "tosa@rx.t-online", "T-Online", "T-Online" },
	{ "postmaster.gmx", "GMX", "GMX" },
	{ "postmaster.1und1", "GMX", "GMX" },
	{ "ofr_", "Orange", "OFR" },
	{ "aup#", "Charter", "AUP" },
};

/* By the end of the host that refused. */
static const struct word hosts[] = {
	{ ".google.com", "Gmail", NULL },
	{ ".googlemail.com", "Gmail", NULL },
	{ ".outlook.com", "Microsoft", NULL },
	{ ".hotmail.com", "Microsoft", NULL },
	{ ".yahoodns.net", "Yahoo", NULL },
	{ ".icloud.com", "Apple", NULL },
	{ ".t-online.de", "T-Online", NULL },
	{ ".gmx.net", "GMX", NULL },
	{ ".web.de", "GMX", NULL },
	{ ".comcast.net", "Comcast", NULL },
	{ ".mail.ru", "Mail.ru", NULL },
	{ ".qq.com", "QQ", NULL },
	{ ".pphosted.com", "Proofpoint", NULL },
	{ ".mimecast.com", "Mimecast", NULL },
	{ ".barracudanetworks.com", "Barracuda", NULL },
};

struct refusal_entry {
	struct refusal r;
	bool named; /* a list of ours, or a provider's code */
	uint64_t order;
};

/* Mail of one sender that one entry refused. */
struct refused_entry {
	struct refused r; /* row: the sender's index; refusal: the entry's */
	uint64_t order;
};

struct refusals {
	struct arena *arena;
	struct refusal_entry entry[REFUSALS_MOST];
	size_t n;
	struct outgoing address[OUTGOING_MOST];
	size_t naddresses;
	struct results results;
	struct dkim_key dkim[DKIM_MOST];
	size_t ndkim;
	uint64_t *seen; /* message and entry: a retry is no further message */
	uint32_t nseen, room;
	struct table table;
	uint32_t at; /* the entry that this very event counted to, or NO_ENTRY */
	struct refused_entry *refused;
	uint32_t nrefused, refused_room;
	struct table refused_table;
};

#define NO_ENTRY UINT32_MAX
/* Senders times entries in memory; the largest REFUSED_MOST are told. */
#define REFUSED_KEPT 100000 /* limit investigate: messages that were refused as spam or by a list */

struct refusals *refusals_new(void)
{
	struct refusals *r = xcalloc(1, sizeof(*r));

	r->arena = arena_new();
	table_init(&r->table, 8);
	table_init(&r->refused_table, 8);
	r->at = NO_ENTRY;
	return r;
}

void refusals_free(struct refusals *r)
{
	if (!r)
		return;
	arena_free(r->arena);
	table_free(&r->table);
	table_free(&r->refused_table);
	free(r->refused);
	free(r->seen);
	free(r);
}

/* The last two labels: mx1.mail.example.net is example.net's. */
static struct span domain_of(struct span host)
{
	ptrdiff_t dot = span_rfind(host, '.');
	ptrdiff_t before = dot > 0 ? span_rfind(span_head(host, (size_t)dot), '.') : -1;

	return before < 0 ? host : span_from(host, (size_t)before + 1);
}

/* A server without a name is known by its whole address. */
static struct span provider_of(struct span relay)
{
	uint8_t ip[16];

	if (net_parse(relay, ip))
		return relay;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		if (relay.n > strlen(hosts[i].needle) &&
		    span_eq_nocase(span_from(relay, relay.n - strlen(hosts[i].needle)),
				   span_str(hosts[i].needle)))
			return span_str(hosts[i].provider);
	return domain_of(relay);
}

void refusal_name(struct span text, struct span relay, struct span *ret_provider, struct span *ret_list)
{
	char copy[TEXT_MOST];
	struct span low = span_lower(span_head(text, TEXT_MOST), copy);

	*ret_provider = provider_of(relay);
	*ret_list = SPAN_NONE;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (span_search(low, 0, span_str(words[i].needle)) < 0)
			continue;
		*ret_list = span_str(words[i].list);
		/* a code of one provider in another's text: numbers are nobody's own */
		if (words[i].provider && !span_eq(*ret_provider, span_str(words[i].provider)) &&
		    words[i].needle[0] >= '0' && words[i].needle[0] <= '9' && relay.n) {
			*ret_list = SPAN_NONE;
			continue;
		}
		if (words[i].provider)
			*ret_provider = span_str(words[i].provider);
		break;
	}
}

/* --- the address that a refusal names ------------------------------------------------------------- */

static bool is_public(const uint8_t *ip, bool v6)
{
	if (v6)
		return (ip[0] & 0xe0) == 0x20;
	return ip[0] != 0 && ip[0] != 10 && ip[0] != 127 && ip[0] < 224 && !(ip[0] == 192 && ip[1] == 168) &&
	       !(ip[0] == 172 && (ip[1] & 0xf0) == 16) && !(ip[0] == 169 && ip[1] == 254) &&
	       !(ip[0] == 100 && (ip[1] & 0xc0) == 64);
}

static bool is_address(struct span word)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t ip[16];

	if (word.n < 7 || word.n >= sizeof(text))
		return false;
	memcpy(text, word.p, word.n);
	text[word.n] = '\0';
	if (inet_pton(AF_INET, text, ip) == 1)
		return is_public(ip, false);
	return inet_pton(AF_INET6, text, ip) == 1 && is_public(ip, true);
}

static bool in_address(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') || c == '.' || c == ':';
}

static void count_address(struct refusals *r, struct span address)
{
	for (size_t i = 0; i < r->naddresses; i++)
		if (span_eq_nocase(r->address[i].address, address)) {
			r->address[i].messages++;
			return;
		}
	if (r->naddresses < OUTGOING_MOST)
		r->address[r->naddresses++] = (struct outgoing){ .address = arena_span(r->arena, address),
								 .source = SPAN("refusals"),
								 .messages = 1 };
}

/* Another word's letters next to it: not an address but a part of something else. */
static bool stands_alone(struct span text, size_t from, size_t to)
{
	char before = from ? text.p[from - 1] : ' ', after = to < text.n ? text.p[to] : ' ';

	return !((before | 0x20) >= 'a' && (before | 0x20) <= 'z') && before != '-' && before != '_' &&
	       !((after | 0x20) >= 'a' && (after | 0x20) <= 'z') && after != '-' && after != '_';
}

/* Every address in the words but the refusing host's own; a number of dots in a link is not one. */
static void find_addresses(struct refusals *r, struct span text, struct span relay_ip)
{
	size_t at = 0;

	text = span_head(text, TEXT_MOST);
	while (at < text.n) {
		size_t from = at, to;

		while (at < text.n && in_address(text.p[at]))
			at++;
		to = at++;
		while (to > from && (text.p[to - 1] == '.' || text.p[to - 1] == ':'))
			to--;
		if (to > from && stands_alone(text, from, to) &&
		    is_address(span_of(text.p + from, to - from)) &&
		    !span_eq_nocase(span_of(text.p + from, to - from), relay_ip))
			count_address(r, span_of(text.p + from, to - from));
	}
}

/* --- counting ------------------------------------------------------------------------------------- */

static bool seen_same(const void *owner, uint32_t index, const void *key)
{
	return ((const struct refusals *)owner)->seen[index] == *(const uint64_t *)key;
}

/* The first time for this message and this entry; past the limit every line counts. */
static bool is_new(struct refusals *r, struct qid id, size_t entry)
{
	uint64_t key = hash_mix(id.hi ^ hash_mix(id.lo + entry * UINT64_C(0x9e3779b97f4a7c15)));

	if (qid_none(id) || table_find(&r->table, key, seen_same, r, &key) != TABLE_NONE)
		return qid_none(id);
	if (r->nseen == SEEN_MOST)
		return true;
	if (r->nseen == r->room) {
		r->room = r->room ? r->room * 2 : 256;
		r->seen = xrealloc(r->seen, r->room * sizeof(*r->seen));
	}
	r->seen[r->nseen] = key;
	table_put(&r->table, key, r->nseen++);
	return true;
}

static struct refusal_entry *entry_of(struct refusals *r, struct span provider, struct span list)
{
	for (size_t i = 0; i < r->n; i++)
		if (span_eq_nocase(r->entry[i].r.provider, provider) && span_eq(r->entry[i].r.list, list))
			return &r->entry[i];
	if (r->n == REFUSALS_MOST)
		return NULL;
	r->entry[r->n] = (struct refusal_entry){ .r = { .provider = arena_span(r->arena, provider),
							.list = arena_span(r->arena, list) },
						 .order = r->n };
	return &r->entry[r->n++];
}

/*
 * relay=NAME[IP] (Postfix), H=NAME [IP] (Exim), out of the line itself: dialects spare the pass the name, which nobody
 * else needs.
 */
static struct span relay_of(const struct step *s, struct span *ret_ip)
{
	bool exim = s->ev->dialect == DIALECT_EXIM;
	struct span line = event_line(s->ev, s->base), name;
	ptrdiff_t at = span_search(line, 0, exim ? SPAN(" H=") : SPAN(" relay="));
	ptrdiff_t open = at < 0 ? -1 : span_find(line, (size_t)at, '[');
	ptrdiff_t close = open < 0 ? -1 : span_find(line, (size_t)open, ']');

	*ret_ip = SPAN_NONE;
	if (close < 0)
		return SPAN_NONE;
	at += exim ? 3 : 7;
	*ret_ip = span_of(line.p + open + 1, (size_t)(close - open - 1));
	name = span_trim(span_of(line.p + at, (size_t)(open - at)));
	return span_find(name, 0, ' ') < 0 ? name : SPAN_NONE;
}

/* A retry answers again, so only what is final counts. */
static void count_result(struct results *r, const struct event *ev)
{
	bool bounced = ev->kind == EV_BOUNCE;

	if ((!bounced && (ev->kind != EV_DELIVER || !(ev->flags & EVF_REMOTE))) ||
	    ev->flags & (EVF_PROBE | EVF_SUPPRESSED | EVF_FILTER))
		return;
	r->remote += ev->repeat;
	r->unknown += bounced && ev->flags & EVF_UNKNOWN_RCPT ? ev->repeat : 0;
}

/* "DKIM-Signature field added (s=SELECTOR, d=DOMAIN)": whoever can log can add a question, and no more. */
static void take_key(struct refusals *r, struct span text)
{
	static const struct span added = { "DKIM-Signature field added (s=", 30 };
	ptrdiff_t at = span_search(text, 0, added);
	struct span rest = at < 0 ? SPAN_NONE : span_from(text, (size_t)at + added.n);
	ptrdiff_t comma = span_search(rest, 0, SPAN(", d=")), close = span_find(rest, 0, ')');
	struct dkim_key key;

	if (comma < 0 || close < comma + 4)
		return;
	key.selector = span_head(rest, (size_t)comma);
	key.domain = span_of(rest.p + comma + 4, (size_t)(close - comma - 4));
	if (!dkim_name_fits(key.selector) || !dkim_name_fits(key.domain) || r->ndkim == DKIM_MOST)
		return;
	for (size_t i = 0; i < r->ndkim; i++)
		if (span_eq_nocase(r->dkim[i].domain, key.domain) &&
		    span_eq_nocase(r->dkim[i].selector, key.selector))
			return;
	r->dkim[r->ndkim++] =
		(struct dkim_key){ arena_span(r->arena, key.domain), arena_span(r->arena, key.selector) };
}

void refusals_event(struct refusals *r, const struct step *s)
{
	struct span text = step_get(s, F_TEXT);
	struct span provider, list, relay, ip, dsn = step_get(s, F_DSN);
	struct refusal_entry *e;
	bool named;

	r->at = NO_ENTRY;
	if (s->ev->kind == EV_NOTICE && s->ev->dialect == DIALECT_OTHER)
		take_key(r, text);
	count_result(&r->results, s->ev);
	if ((s->ev->kind != EV_DEFER && s->ev->kind != EV_BOUNCE) || !text.n ||
	    s->ev->flags & (EVF_NOT_FRESH | EVF_PROBE | EVF_SUPPRESSED))
		return;
	relay = relay_of(s, &ip);
	refusal_name(text, relay, &provider, &list);
	if (!list.n && !(s->ev->flags & EVF_SPAM))
		return;
	named = list.n > 0;
	if (!list.n)
		list = dsn.n ? dsn : SPAN("refused as spam");
	if (!provider.n)
		provider = SPAN("unknown");
	find_addresses(r, text, ip);
	e = entry_of(r, provider, list);
	if (!e)
		return;
	e->named |= named;
	if (is_new(r, s->ev->id, (size_t)(e - r->entry))) {
		e->r.messages++;
		r->at = (uint32_t)(e - r->entry);
	}
	if (s->time >= e->r.last) {
		e->r.last = s->time;
		if (!e->r.text.n)
			e->r.text = arena_span(r->arena, span_head(text, KEPT_TEXT));
	}
}

static uint64_t refused_key(uint32_t sender, uint32_t entry)
{
	return hash_mix(SEED ^ ((uint64_t)sender << 32 | entry));
}

static bool refused_same(const void *owner, uint32_t index, const void *key)
{
	const struct refused *f = &((const struct refusals *)owner)->refused[index].r, *k = key;

	return f->row == k->row && f->refusal == k->refusal;
}

static struct refused *refused_of(struct refusals *r, uint32_t sender, uint32_t entry)
{
	const struct refused key = { .row = sender, .refusal = entry };
	uint64_t hash = refused_key(sender, entry);
	uint32_t found = table_find(&r->refused_table, hash, refused_same, r, &key);

	if (found != TABLE_NONE)
		return &r->refused[found].r;
	if (r->nrefused == REFUSED_KEPT)
		return NULL;
	if (r->nrefused == r->refused_room) {
		r->refused_room = r->refused_room ? r->refused_room * 2 : 64;
		r->refused = xrealloc(r->refused, r->refused_room * sizeof(*r->refused));
	}
	r->refused[r->nrefused] = (struct refused_entry){ .r = key, .order = r->nrefused };
	table_put(&r->refused_table, hash, r->nrefused);
	return &r->refused[r->nrefused++].r;
}

void refusals_sender(struct trace *t, const struct step *s)
{
	struct refusals *r = t->refusals;
	uint32_t sender = r->at == NO_ENTRY ? NO_SENDER : trace_sender_of(t, s->ev->id);
	struct refused *f = sender == NO_SENDER ? NULL : refused_of(r, sender, r->at);

	r->at = NO_ENTRY;
	if (!f)
		return;
	f->messages++;
	f->first = f->first && f->first < s->time ? f->first : s->time;
	f->last = f->last > s->time ? f->last : s->time;
	if (!f->recipient.n)
		f->recipient = arena_span(r->arena, span_head(step_get(s, F_RECIPIENT), KEPT_TEXT));
}

static int by_messages(const void *x, const void *y)
{
	const struct refusal_entry *a = x, *b = y;

	if (a->r.messages != b->r.messages)
		return a->r.messages > b->r.messages ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static int by_named(const void *x, const void *y)
{
	const struct outgoing *a = x, *b = y;

	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	return a->address.n != b->address.n ? (a->address.n > b->address.n ? 1 : -1)
					    : memcmp(a->address.p, b->address.p, a->address.n);
}

static int by_refused(const void *x, const void *y)
{
	const struct refused_entry *a = x, *b = y;

	if (a->r.messages != b->r.messages)
		return a->r.messages > b->r.messages ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* PLACE: by entry, where it stands in the sorted list. */
static void fill_refused(const struct refusals *r, struct arena *a, const uint32_t *place,
			 const uint32_t *row_of, struct inquiry *q)
{
	struct refused_entry *sorted = xcalloc(r->nrefused + 1, sizeof(*sorted));

	if (r->nrefused)
		memcpy(sorted, r->refused, r->nrefused * sizeof(*sorted));
	qsort(sorted, r->nrefused, sizeof(*sorted), by_refused);
	q->refused = arena_alloc(a, REFUSED_MOST * sizeof(*q->refused));
	for (uint32_t i = 0; i < r->nrefused && q->nrefused < REFUSED_MOST; i++) {
		struct refused f = sorted[i].r;

		if (row_of[f.row] == UINT32_MAX)
			continue;
		f.row = row_of[f.row];
		f.refusal = place[f.refusal];
		f.recipient = arena_span(a, f.recipient);
		q->refused[q->nrefused++] = f;
	}
	free(sorted);
}

void refusals_fill(const struct refusals *r, struct arena *a, const uint32_t *row_of, struct inquiry *q)
{
	uint32_t place[REFUSALS_MOST];

	struct refusal_entry *sorted = arena_alloc(a, (r->n + 1) * sizeof(*sorted));

	memcpy(sorted, r->entry, r->n * sizeof(*sorted));
	qsort(sorted, r->n, sizeof(*sorted), by_messages);
	q->refusals = arena_alloc(a, (r->n + 1) * sizeof(*q->refusals));
	for (size_t i = 0; i < r->n; i++) {
		q->refusals[i] = sorted[i].r;
		place[sorted[i].order] = (uint32_t)i;
		q->results.named += sorted[i].named ? sorted[i].r.messages : 0;
		q->refusals[i].provider = arena_span(a, sorted[i].r.provider);
		q->refusals[i].list = arena_span(a, sorted[i].r.list);
		q->refusals[i].text = arena_span(a, sorted[i].r.text);
	}
	q->nrefusals = r->n;
	fill_refused(r, a, place, row_of, q);
	q->dkim = arena_alloc(a, (r->ndkim + 1) * sizeof(*q->dkim));
	for (size_t i = 0; i < r->ndkim; i++)
		q->dkim[i] = (struct dkim_key){ arena_span(a, r->dkim[i].domain),
						arena_span(a, r->dkim[i].selector) };
	q->ndkim = r->ndkim;
	q->results.remote = r->results.remote;
	q->results.unknown = r->results.unknown;
	q->outgoing = arena_alloc(a, OUTGOING_MOST * sizeof(*q->outgoing));
	memcpy(q->outgoing, r->address, r->naddresses * sizeof(*q->outgoing));
	qsort(q->outgoing, r->naddresses, sizeof(*q->outgoing), by_named);
	for (size_t i = 0; i < r->naddresses; i++)
		q->outgoing[i].address = arena_span(a, q->outgoing[i].address);
	q->noutgoing = r->naddresses;
}
