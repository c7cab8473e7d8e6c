/*
 * stats - see stats.h. Keys are kept up to a ceiling; what comes later is counted under "(others)".
 *
 * TRUST: refusal texts are a remote server's; digits and addresses are folded so that one refusal is one row.
 */
#include "trace/stats.h"

#include "base/err.h"
#include "base/hash.h"
#include "trace/internal.h"

#include <stdlib.h>

#define KEYS_MOST 20000 /* limit investigate: keys of one table of --stats */
#define ROWS_SHOWN 50
#define TEXT_MOST 120
#define FLIGHTS_MOST (1u << 18) /* 8 MB; beyond, the oldest makes room */

enum list { LIST_SENDERS, LIST_HOSTS, LIST_DOMAINS, LIST_ERRORS, LIST_REJECTS, LISTS };

struct entry {
	uint64_t key; /* differs from run to run */
	uint32_t name, order;
	struct counts counts;
};

struct listing {
	struct entry *entry;
	uint32_t n, room;
	struct table table;
};

/* A message on its way: Postfix names the host before the size, and no result names either. */
struct flight {
	struct qid id;
	uint32_t host, size; /* host: its entry */
};

struct stats_memory {
	struct listing list[LISTS];
	struct flight *flight; /* owned */
	uint32_t nflights, flights_room, next; /* next: whose place the next one takes, once all are taken */
	struct table flights;
	struct counts by_hour[24];
	uint64_t rejected, auth_failures, held, removed, connections;
};

static bool entry_same(const void *owner, uint32_t index, const void *key)
{
	return ((const struct listing *)owner)->entry[index].key == *(const uint64_t *)key;
}

struct stats_memory *stats_new(void)
{
	struct stats_memory *s = xcalloc(1, sizeof(*s));

	for (unsigned i = 0; i < LISTS; i++)
		table_init(&s->list[i].table, 8);
	table_init(&s->flights, 8);
	return s;
}

void stats_free(struct stats_memory *s)
{
	for (unsigned i = 0; s && i < LISTS; i++) {
		free(s->list[i].entry);
		table_free(&s->list[i].table);
	}
	if (s) {
		free(s->flight);
		table_free(&s->flights);
	}
	free(s);
}

static uint32_t entry_of(struct trace *t, enum list which, struct span text)
{
	struct listing *l = &t->stats->list[which];
	uint64_t key = hash_span(text, t->names.seed);
	uint32_t index = table_find(&l->table, key, entry_same, l, &key);

	if (index == TABLE_NONE && l->n >= KEYS_MOST) {
		text = SPAN("(others)");
		key = hash_span(text, t->names.seed);
		index = table_find(&l->table, key, entry_same, l, &key);
	}
	if (index == TABLE_NONE) {
		if (l->n == l->room) {
			l->room = l->room ? l->room * 2 : 64;
			l->entry = xrealloc(l->entry, l->room * sizeof(*l->entry));
		}
		index = l->n++;
		l->entry[index] = (struct entry){
			.key = key,
			.name = names_put_aside(&t->names, text),
			.order = index,
		};
		table_put(&l->table, key, index);
	}
	return index;
}

static struct counts *counts_of(struct trace *t, enum list which, struct span text)
{
	uint32_t index = entry_of(t, which, text);

	return &t->stats->list[which].entry[index].counts;
}

/* --- messages on their way ------------------------------------------------------------------- */

static uint64_t id_hash(struct qid id)
{
	return hash_mix(id.hi ^ hash_mix(id.lo));
}

static bool flight_same(const void *owner, uint32_t index, const void *key)
{
	return qid_eq(((const struct stats_memory *)owner)->flight[index].id, *(const struct qid *)key);
}

/* Its place, or TABLE_NONE. */
static uint32_t flight_find(const struct stats_memory *m, struct qid id)
{
	return table_find(&m->flights, id_hash(id), flight_same, m, &id);
}

static void flight_drop(struct stats_memory *m, struct qid id)
{
	uint32_t at = flight_find(m, id);

	if (at != TABLE_NONE)
		table_drop(&m->flights, id_hash(id), at);
}

/* Its place, new or not. */
static uint32_t flight_put(struct stats_memory *m, struct qid id)
{
	uint32_t at = flight_find(m, id);

	if (at != TABLE_NONE)
		return at;
	if (m->nflights == m->flights_room && m->nflights < FLIGHTS_MOST) {
		m->flights_room = m->flights_room ? m->flights_room * 2 : 256;
		m->flight = xrealloc(m->flight, m->flights_room * sizeof(*m->flight));
	}
	if (m->nflights < m->flights_room) {
		at = m->nflights++;
	} else {
		at = m->next++ % FLIGHTS_MOST;
		if (flight_find(m, m->flight[at].id) == at)
			flight_drop(m, m->flight[at].id);
	}
	m->flight[at] = (struct flight){ .id = id };
	table_put(&m->flights, id_hash(id), at);
	return at;
}

/* --- events ---------------------------------------------------------------------------------- */

/* Digits become #, addresses <...>: the same refusal to a thousand recipients is one text. */
static struct span fold(struct span text, char ret_text[TEXT_MOST])
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < TEXT_MOST; i++) {
		char c = text.p[i];

		if (c == '<') {
			ptrdiff_t end = span_find(text, i, '>');

			if (end > 0) {
				i = (size_t)end;
				n += n + 2 <= TEXT_MOST ? (memcpy(ret_text + n, "<>", 2), 2) : 0;
				continue;
			}
		}
		if (c >= '0' && c <= '9') {
			if (n && ret_text[n - 1] == '#')
				continue;
			c = '#';
		}
		ret_text[n++] = c;
	}
	return span_of(ret_text, n);
}

static struct counts *hour_of(struct trace *t, const struct step *s)
{
	int64_t local = s->time + zone_offset(t->o.zone, s->time);

	/* the first hours of 1970 are the day before in the west */
	return &t->stats->by_hour[(local % 86400 + 86400) % 86400 / 3600];
}

/* Once per id, as in the rows: qmgr's line comes again at every try, and an arrival in copied lines. */
static bool is_first(struct trace *t, const struct step *s)
{
	uint32_t slot = messages_find(&t->messages, s->ev->id);
	unsigned had = slot == NO_MESSAGE ? 0 : message_at(&t->messages, slot)->flags;

	return s->ev->kind == EV_QUEUE ? (had & (M_COUNTED | M_DONE)) != M_COUNTED : !(had & M_ARRIVED);
}

/* Postfix names the host on the line before the one that knows sender, size and recipients. */
static struct flight *count_host(struct trace *t, const struct step *s)
{
	struct span host = step_get(s, F_CLIENT_IP);
	uint32_t at = flight_put(t->stats, s->ev->id); /* may move the array */
	struct flight *f = &t->stats->flight[at];

	f->host = entry_of(t, LIST_HOSTS, host.n ? host : SPAN("(local)"));
	return f;
}

static void count_arrival(struct trace *t, const struct step *s)
{
	struct span sender = step_get(s, F_SENDER);
	uint32_t at = s->ev->kind == EV_QUEUE ? flight_find(t->stats, s->ev->id) : TABLE_NONE;
	struct flight *f = at == TABLE_NONE ? count_host(t, s) : &t->stats->flight[at];
	struct counts *to[3];

	f->size = s->ev->size;
	to[0] = hour_of(t, s);
	to[1] = counts_of(t, LIST_SENDERS, sender.n ? sender : SPAN("<>"));
	to[2] = &t->stats->list[LIST_HOSTS].entry[f->host].counts;
	for (unsigned i = 0; i < 3; i++) {
		to[i]->messages++;
		to[i]->recipients += s->ev->nrcpt;
		to[i]->bytes += s->ev->size;
	}
}

/* Of a local delivery Exim names the mailbox first, the address behind it. */
static struct span domain_of(const struct step *s)
{
	struct span rcpt = step_get(s, F_RECIPIENT);
	ptrdiff_t at = span_rfind(rcpt, '@');

	if (at < 0) {
		rcpt = step_get(s, F_ORIG_RECIPIENT);
		at = span_rfind(rcpt, '@');
	}
	return at < 0 ? SPAN("(local)") : span_from(rcpt, (size_t)at + 1);
}

static void count_result(struct trace *t, const struct step *s)
{
	struct span text = step_get(s, F_TEXT);
	uint32_t at = flight_find(t->stats, s->ev->id);
	struct counts *to[3] = { NULL };
	char folded[TEXT_MOST];

	if (s->ev->flags & (EVF_PROBE | EVF_SUPPRESSED))
		return;
	to[0] = hour_of(t, s);
	to[1] = counts_of(t, LIST_DOMAINS, domain_of(s));
	if (at != TABLE_NONE && s->ev->kind == EV_DELIVER)
		to[1]->bytes += (uint64_t)t->stats->flight[at].size * s->ev->repeat;
	if (s->ev->kind != EV_DELIVER && text.n)
		to[2] = counts_of(t, LIST_ERRORS, fold(text, folded));
	for (unsigned i = 0; i < 3 && to[i]; i++) {
		to[i]->delivered += s->ev->kind == EV_DELIVER ? s->ev->repeat : 0;
		to[i]->deferred += s->ev->kind == EV_DEFER ? s->ev->repeat : 0;
		to[i]->bounced += s->ev->kind == EV_BOUNCE ? s->ev->repeat : 0;
	}
}

void stats_event(struct trace *t, const struct step *s)
{
	struct stats_memory *m = t->stats;
	struct span text;
	char folded[TEXT_MOST];

	switch (s->ev->kind) {
	case EV_SUBMIT:
	case EV_ACCEPT:
		if (!is_first(t, s))
			break;
		if (s->ev->dialect == DIALECT_EXIM)
			count_arrival(t, s);
		else
			count_host(t, s);
		break;
	case EV_QUEUE:
		if (is_first(t, s))
			count_arrival(t, s);
		break;
	case EV_DELIVER:
	case EV_DEFER:
	case EV_BOUNCE:
		count_result(t, s);
		break;
	case EV_REJECT:
		m->rejected++;
		text = step_get(s, F_TEXT);
		if (text.n)
			counts_of(t, LIST_REJECTS, fold(text, folded))->messages++;
		break;
	case EV_AUTH_FAIL:
		m->auth_failures++;
		break;
	case EV_COMPLETE:
		flight_drop(m, s->ev->id);
		break;
	case EV_HOLD:
	case EV_FREEZE:
		m->held++;
		break;
	case EV_REMOVE:
		m->removed++;
		break;
	case EV_CONNECT:
		m->connections++;
		break;
	default:
		break;
	}
}

static uint64_t weight(const struct counts *c)
{
	return c->messages + c->delivered + c->deferred + c->bounced;
}

static int by_weight(const void *x, const void *y)
{
	const struct entry *a = x;
	const struct entry *b = y;

	if (weight(&a->counts) != weight(&b->counts))
		return weight(&a->counts) > weight(&b->counts) ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static size_t list_fill(const struct trace *t, struct listing *l, struct arena *a, struct stat_row **ret_rows)
{
	size_t n = l->n < ROWS_SHOWN ? l->n : ROWS_SHOWN;

	if (l->n)
		qsort(l->entry, l->n, sizeof(*l->entry), by_weight);
	*ret_rows = arena_alloc(a, (n + 1) * sizeof(**ret_rows));
	for (size_t i = 0; i < n; i++)
		(*ret_rows)[i] = (struct stat_row){
			.key = arena_span(a, names_get(&t->names, l->entry[i].name)),
			.counts = l->entry[i].counts,
		};
	return n;
}

void stats_fill(const struct trace *t, struct arena *a, struct stats *ret_stats)
{
	struct stats_memory *m = t->stats;

	if (!m)
		return;
	memcpy(ret_stats->by_hour, m->by_hour, sizeof(m->by_hour));
	ret_stats->nsenders = list_fill(t, &m->list[LIST_SENDERS], a, &ret_stats->senders);
	ret_stats->nhosts = list_fill(t, &m->list[LIST_HOSTS], a, &ret_stats->hosts);
	ret_stats->ndomains = list_fill(t, &m->list[LIST_DOMAINS], a, &ret_stats->domains);
	ret_stats->nerrors = list_fill(t, &m->list[LIST_ERRORS], a, &ret_stats->errors);
	ret_stats->nrejects = list_fill(t, &m->list[LIST_REJECTS], a, &ret_stats->rejects);
	ret_stats->rejected = m->rejected;
	ret_stats->auth_failures = m->auth_failures;
	ret_stats->held = m->held;
	ret_stats->removed = m->removed;
	ret_stats->connections = m->connections;
}
