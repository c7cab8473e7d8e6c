/* queue - see queue.h. TRUST: what is unpacked comes from a process that has read foreign spool files. */
#include "model/queue.h"

#include "base/pack.h"

const char *queue_by_name(enum queue_by by)
{
	static const char *const names[QUEUE_BYS] = { "culprit", "sender", "subject", "domain",
						      "age",	 "door",   "class" };

	return names[by];
}

#define SAMPLE_TEXT 300

struct queue_sample queue_sample_of(struct arena *a, const struct queued *q)
{
	struct span to = q->nlisted ? q->recipients[0].address : SPAN_NONE;

	return (struct queue_sample){
		.id = arena_span(a, q->id_text),
		.sender = arena_span(a, span_head(q->sender, SAMPLE_TEXT)),
		.recipient = arena_span(a, span_head(to, SAMPLE_TEXT)),
		.subject = arena_span(a, span_head(q->subject, SAMPLE_TEXT)),
		.reason = arena_span(a, q->reason),
		.arrival = q->arrival,
		.recipients = q->nrecipients,
		.fresh = q->nnew,
	};
}

unsigned queue_age(int64_t arrival, int64_t now)
{
	int64_t limit = INT64_C(5) * 60;
	unsigned age = 0;

	while (age < QUEUE_AGES - 1 && now - arrival >= limit) {
		limit *= 2;
		age++;
	}
	return age;
}

const char *queue_age_name(unsigned age)
{
	static const char *const names[QUEUE_AGES] = { "0-5",	 "5-10",    "10-20",   "20-40",	   "40-80",
						       "80-160", "160-320", "320-640", "640-1280", "1280+" };

	return names[age];
}

static uint64_t *number(struct queue_group *g, unsigned i)
{
	uint64_t *const plain[] = { &g->messages, &g->recipients, &g->done,	    &g->bytes, &g->bounces,
				    &g->damaged,  &g->scripted,	  &g->scripts_read, &g->fresh, &g->known };
	const unsigned n = sizeof(plain) / sizeof(plain[0]);

	if (i < n)
		return plain[i];
	i -= n;
	if (i < QUEUE_STATES)
		return &g->by_state[i];
	i -= QUEUE_STATES;
	if (i < QUEUE_CLASSES)
		return &g->by_class[i];
	i -= QUEUE_CLASSES;
	return i < QUEUE_AGES ? &g->by_age[i] : NULL;
}

void queue_group_pack(const struct queue_group *g, struct buf *out)
{
	struct packer p = { .out = out };
	struct queue_group copy = *g;
	const uint64_t *v;

	pack_u8(&p, (uint8_t)g->kind);
	pack_u8(&p, (uint8_t)g->grade);
	pack_u8(&p, g->rest);
	pack_span(&p, g->key);
	pack_span(&p, g->account);
	pack_span(&p, g->script);
	pack_i64(&p, g->oldest);
	pack_i64(&p, g->newest);
	pack_u32(&p, g->accused);
	for (unsigned i = 0; (v = number(&copy, i)) != NULL; i++)
		pack_u64(&p, *v);
	pack_u32(&p, (uint32_t)g->nsamples);
	for (size_t i = 0; i < g->nsamples; i++) {
		const struct queue_sample *s = &g->sample[i];

		pack_span(&p, s->id);
		pack_span(&p, s->sender);
		pack_span(&p, s->recipient);
		pack_span(&p, s->subject);
		pack_span(&p, s->reason);
		pack_i64(&p, s->arrival);
		pack_u32(&p, s->recipients);
		pack_u32(&p, s->fresh);
	}
}

bool queue_group_unpack(struct unpacker *u, struct queue_group *ret)
{
	struct queue_group g = { 0 };
	uint8_t kind = unpack_u8(u);
	uint8_t grade = unpack_u8(u);
	uint64_t *v;

	u->failed |= kind >= SENDER_KINDS || (grade && (grade < 'A' || grade > 'C'));
	g.kind = kind < SENDER_KINDS ? (enum sender_kind)kind : KIND_UNKNOWN;
	g.grade = (char)grade;
	g.rest = unpack_bool(u);
	g.key = unpack_span(u);
	g.account = unpack_span(u);
	g.script = unpack_span(u);
	g.oldest = unpack_i64(u);
	g.newest = unpack_i64(u);
	g.accused = unpack_u32(u);
	for (unsigned i = 0; (v = number(&g, i)) != NULL; i++) {
		*v = unpack_u64(u);
		/* sums of sums must not run over */
		u->failed |= *v > UINT64_C(1) << 56;
	}
	g.nsamples = unpack_count(u, QUEUE_SAMPLES);
	for (size_t i = 0; i < g.nsamples; i++) {
		struct queue_sample *s = &g.sample[i];

		s->id = unpack_span(u);
		s->sender = unpack_span(u);
		s->recipient = unpack_span(u);
		s->subject = unpack_span(u);
		s->reason = unpack_span(u);
		s->arrival = unpack_i64(u);
		s->recipients = unpack_u32(u);
		s->fresh = unpack_u32(u);
	}
	*ret = g;
	return !u->failed;
}

void queue_group_add(struct queue_group *g, const struct queue_group *more)
{
	struct queue_group copy = *more;
	uint64_t *v;

	if (copy.scripted > g->scripted)
		g->script = copy.script;
	for (unsigned i = 0; (v = number(g, i)) != NULL; i++)
		*v += *number(&copy, i);
	if (copy.oldest && (!g->oldest || copy.oldest < g->oldest))
		g->oldest = copy.oldest;
	if (!g->accused)
		g->accused = copy.accused;
	if (copy.newest > g->newest)
		g->newest = copy.newest;
	if (copy.grade && (!g->grade || copy.grade < g->grade))
		g->grade = copy.grade;
	for (size_t i = 0; i < copy.nsamples && g->nsamples < QUEUE_SAMPLES; i++)
		g->sample[g->nsamples++] = copy.sample[i];
}

int queue_group_order(const struct queue_group *a, const struct queue_group *b)
{
	int order;

	if (a->rest != b->rest)
		return a->rest ? 1 : -1;
	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	order = memcmp(a->key.p, b->key.p, a->key.n < b->key.n ? a->key.n : b->key.n);
	return order ? order : (a->key.n > b->key.n) - (a->key.n < b->key.n);
}
