/*
 * group - see group.h. One table from key to group; what comes after GROUPS_MOST of them counts in a group of
 * its own.
 *
 * Promises: every message counts in grouping_all and in one group, by domain in one for each domain of its
 * recipients. What it costs is bounded by the number of groups, never by that of the messages.
 *
 * TRUST: keys, subjects and scripts are a stranger's. Keys are cut at KEY_MOST; the table's seed is not known
 * to him, so he cannot make all of them meet in one place.
 */
#include "queue/group.h"

#include "base/hash.h"
#include "base/lower.h"
#include "base/table.h"

#include <stdlib.h>

#define KEY_MOST 512
#define DOMAINS_MOST 1000

struct entry {
	struct queue_group g;
	uint64_t hash;
	uint64_t seen; /* number of the message that counted here last: once per message */
	uint64_t
		lead; /* BY: how much `script` is ahead of others (Boyer-Moore), so that one name is enough */
};

struct grouping {
	enum queue_by by;
	int64_t now;
	struct arena *arena;
	struct entry **list;
	uint32_t n, room;
	struct table table;
	uint64_t seed, number;
	struct queue_group all;
	struct entry *rest;
	struct queue_group *result;
};

struct key {
	enum sender_kind kind;
	struct span id, account;
	uint64_t hash;
};

static bool entry_same(const void *owner, uint32_t index, const void *key)
{
	const struct queue_group *g = &((const struct grouping *)owner)->list[index]->g;
	const struct key *k = key;

	return g->kind == k->kind && span_eq(g->key, k->id) && span_eq(g->account, k->account);
}

struct grouping *grouping_new(enum queue_by by, int64_t now)
{
	struct grouping *g = xcalloc(1, sizeof(*g));

	g->by = by;
	g->now = now;
	g->arena = arena_new();
	/* an address differs from run to run and shows nowhere */
	g->seed = hash_mix((uint64_t)(uintptr_t)g->arena);
	table_init(&g->table, 10);
	return g;
}

void grouping_free(struct grouping *g)
{
	arena_free(g->arena);
	table_free(&g->table);
	free(g->list);
	free(g->result);
	free(g);
}

static struct entry *entry_new(struct grouping *g, const struct key *k)
{
	struct entry *e = arena_alloc(g->arena, sizeof(*e));

	e->hash = k->hash;
	e->g.kind = k->kind;
	e->g.key = arena_span(g->arena, k->id);
	e->g.account = arena_span(g->arena, k->account);
	if (g->n == g->room) {
		g->room = g->room ? g->room * 2 : 256;
		g->list = xrealloc(g->list, g->room * sizeof(struct entry *));
	}
	g->list[g->n] = e;
	return e;
}

static struct entry *entry_of(struct grouping *g, enum sender_kind kind, struct span id, struct span account)
{
	struct key k = { kind, span_head(id, KEY_MOST), span_head(account, KEY_MOST), 0 };
	uint32_t found;
	struct entry *e;

	k.hash = hash_span(k.id, hash_span(k.account, g->seed + kind));
	found = table_find(&g->table, k.hash, entry_same, g, &k);
	if (found != TABLE_NONE)
		return g->list[found];
	if (g->n >= GROUPS_MOST) {
		if (!g->rest)
			g->rest = arena_alloc(g->arena, sizeof(*g->rest));
		g->rest->g.rest = true;
		g->rest->g.kind = KIND_OTHER;
		return g->rest;
	}
	e = entry_new(g, &k);
	table_put(&g->table, k.hash, g->n++);
	return e;
}

/*
 * One pass and one name: a script that made more than half of a group's messages is the one that is left over
 * (Boyer-Moore). `scripted` counts from where it took the lead, so rather too few than too many.
 */
static void count_script(struct grouping *g, struct entry *e, const struct queued *q)
{
	struct span script = span_head(q->script, KEY_MOST);

	if (!script.n)
		return;
	e->g.scripts_read++;
	if (span_eq(e->g.script, script)) {
		e->lead++;
		e->g.scripted++;
	} else if (e->lead == 0) {
		e->g.script = arena_span(g->arena, script);
		e->g.scripted = e->lead = 1;
	} else {
		e->lead--;
	}
}

static void sum(struct grouping *g, struct queue_group *to, const struct queued *q, uint32_t recipients,
		uint32_t done)
{
	to->messages++;
	to->recipients += recipients;
	to->done += done;
	/* a damaged file may claim any size: one of them must not drown the sum */
	to->bytes += q->size < UINT32_MAX ? q->size : UINT32_MAX;
	to->bounces += q->null_sender;
	to->damaged += q->damage != NULL;
	to->by_state[q->state]++;
	to->by_class[q->class]++;
	if (!to->accused)
		to->accused = q->accused;
	if (q->arrival) {
		to->by_age[queue_age(q->arrival, g->now)]++;
		if (!to->oldest || q->arrival < to->oldest)
			to->oldest = q->arrival;
		if (q->arrival > to->newest)
			to->newest = q->arrival;
	}
}

static void count(struct grouping *g, struct entry *e, const struct queued *q, uint32_t recipients,
		  uint32_t done, uint32_t fresh, uint32_t known)
{
	e->g.fresh += fresh;
	e->g.known += known;
	if (e->seen == g->number) {
		/* a second recipient of the same domain */
		e->g.recipients += recipients;
		e->g.done += done;
		return;
	}
	e->seen = g->number;
	sum(g, &e->g, q, recipients, done);
	count_script(g, e, q);
	if (e->g.nsamples < QUEUE_SAMPLES)
		e->g.sample[e->g.nsamples++] = queue_sample_of(g->arena, q);
}

static struct span lower(struct span s, char room[KEY_MOST])
{
	return span_lower(span_head(s, KEY_MOST), room);
}

static void add_domains(struct grouping *g, const struct queued *q)
{
	char room[KEY_MOST];

	for (uint32_t i = 0; i < q->nlisted; i++) {
		const struct queued_recipient *r = &q->recipients[i];
		ptrdiff_t at = span_rfind(r->address, '@');
		struct span domain = at < 0 ? SPAN("(local)") : span_from(r->address, (size_t)at + 1);

		count(g, entry_of(g, KIND_OTHER, lower(domain, room), SPAN_NONE), q, 1, r->done,
		      r->novelty == NOVELTY_NEW, r->novelty == NOVELTY_KNOWN);
	}
	if (q->nrecipients > q->nlisted)
		count(g, entry_of(g, KIND_OTHER, SPAN("(not listed)"), SPAN_NONE), q,
		      q->nrecipients - q->nlisted, 0, 0, 0);
}

static bool in_word(char c)
{
	return c != ' ' && c != '\t' && c != '<' && c != '>' && c != '(' && c != ')' && c != ',' && c != '"';
}

struct span subject_like(struct span subject, char *room)
{
	size_t n = 0;

	for (size_t i = 0; i < subject.n && n < SUBJECT_LIKE;) {
		size_t end = i;
		bool address = false;

		while (end < subject.n && in_word(subject.p[end]))
			address |= subject.p[end++] == '@';
		if (address)
			room[n++] = '@';
		for (; i < end && !address && n < SUBJECT_LIKE; i++) {
			char c = subject.p[i];

			if (c >= '0' && c <= '9') {
				if (n == 0 || room[n - 1] != '#')
					room[n++] = '#';
			} else {
				room[n++] = char_lower(c);
			}
		}
		i = end;
		if (i < subject.n && n < SUBJECT_LIKE) {
			if (subject.p[i] != ' ' && subject.p[i] != '\t')
				room[n++] = subject.p[i];
			else if (n && room[n - 1] != ' ')
				room[n++] = ' ';
			i++;
		}
	}
	return span_of(room, n);
}

void grouping_add(struct grouping *g, const struct queued *q, const struct queue_culprit *culprit)
{
	char room[KEY_MOST];
	struct entry *e;

	g->number++;
	sum(g, &g->all, q, q->nrecipients, q->ndone);
	g->all.fresh += q->nnew;
	g->all.known += q->nknown;
	switch (g->by) {
	case BY_DOMAIN:
		add_domains(g, q);
		return;
	case BY_CULPRIT:
		e = entry_of(g, culprit->kind, culprit->id, culprit->account);
		if (culprit->grade && (!e->g.grade || culprit->grade < e->g.grade))
			e->g.grade = culprit->grade;
		break;
	case BY_SENDER:
		e = entry_of(g, KIND_OTHER, q->null_sender ? SPAN("<>") : lower(q->sender, room), SPAN_NONE);
		break;
	case BY_SUBJECT:
		e = entry_of(g, KIND_OTHER, subject_like(q->subject, room), SPAN_NONE);
		break;
	case BY_AGE:
		e = entry_of(g, KIND_OTHER, span_str(queue_age_name(queue_age(q->arrival, g->now))),
			     SPAN_NONE);
		break;
	case BY_CLASS:
		e = entry_of(g, KIND_OTHER, span_str(queue_class_name((enum queue_class)q->class)),
			     SPAN_NONE);
		break;
	default:
		e = entry_of(g, KIND_OTHER, span_str(queue_door_name((enum queue_door)q->door)), SPAN_NONE);
	}
	count(g, e, q, q->nrecipients, q->ndone, q->nnew, q->nknown);
}

/* "auth:info@shop.example", "mailbox info@shop.example", an id, or an account; a login in any letters. */
static bool is_culprit(const struct queue_culprit *c, struct span word)
{
	enum sender_kind kind;
	struct span id = word;

	if (sender_kind_take(&id, &kind) && kind == c->kind)
		word = id;
	/* "bounces": there is one of that kind, and the screen writes no name behind it */
	else if (span_eq(word, span_str(sender_kind_word(c->kind))) &&
		 span_eq(c->id, span_str(sender_kind_name(c->kind))))
		return true;
	return c->kind == KIND_AUTH ? span_eq_nocase(c->id, word)
				    : span_eq(c->id, word) || (c->account.n && span_eq(c->account, word));
}

static bool has_domain(const struct queued *q, struct span word)
{
	for (uint32_t i = 0; i < q->nlisted; i++) {
		struct span address = q->recipients[i].address;
		ptrdiff_t at = span_rfind(address, '@');

		if (span_eq_nocase(at < 0 ? SPAN("(local)") : span_from(address, (size_t)at + 1), word))
			return true;
	}
	return false;
}

bool grouping_is(enum queue_by by, const struct queued *q, const struct queue_culprit *culprit, int64_t now,
		 struct span word)
{
	char own[SUBJECT_LIKE], asked[SUBJECT_LIKE];
	bool nameless = span_eq(word, SPAN("(none)"));

	switch (by) {
	case BY_CULPRIT:
		return is_culprit(culprit, word);
	case BY_SENDER:
		return span_eq_nocase(q->null_sender ? SPAN("<>") : q->sender, word) ||
		       (nameless && !q->null_sender && !q->sender.n);
	case BY_SUBJECT:
		if (nameless && !q->subject.n)
			return true;
		return span_eq(subject_like(q->subject, own), subject_like(word, asked));
	case BY_DOMAIN:
		return has_domain(q, word);
	case BY_AGE:
		return span_eq(span_str(queue_age_name(queue_age(q->arrival, now))), word);
	case BY_CLASS:
		return span_eq(span_str(queue_class_name((enum queue_class)q->class)), word);
	default:
		return span_eq(span_str(queue_door_name((enum queue_door)q->door)), word);
	}
}

static int by_size(const void *a, const void *b)
{
	return queue_group_order(&(*(struct entry *const *)a)->g, &(*(struct entry *const *)b)->g);
}

struct queue_group *grouping_end(struct grouping *g, size_t *ret_n, uint64_t *ret_total, bool *ret_full)
{
	size_t n = g->n < QUEUE_GROUPS_MOST ? g->n : QUEUE_GROUPS_MOST;
	struct queue_group rest = { .rest = true, .kind = KIND_OTHER };

	if (g->n)
		qsort(g->list, g->n, sizeof(struct entry *), by_size);
	g->result = xcalloc(n + 1, sizeof(*g->result));
	for (size_t i = 0; i < g->n; i++) {
		if (i < n)
			g->result[i] = g->list[i]->g;
		else
			queue_group_add(&rest, &g->list[i]->g);
	}
	if (g->rest)
		queue_group_add(&rest, &g->rest->g);
	if (rest.messages)
		g->result[n] = rest;
	*ret_n = n + (rest.messages != 0);
	*ret_total = g->n;
	*ret_full = g->rest != NULL;
	return g->result;
}

const struct queue_group *grouping_all(const struct grouping *g)
{
	return &g->all;
}
