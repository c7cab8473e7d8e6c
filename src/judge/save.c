/*
 * save - a sender's state as bytes, and back: magic, a checksum, the state as it lies in memory. The record
 * serves the machine that wrote it; any other version or byte order fails the magic.
 *
 * TRUST: the record lies in state.db, which a restored backup may have replaced. Each index is checked
 * again after the checksum: a record can make the judge forget, not misbehave.
 */
#include "base/hash.h"
#include "judge/signals_table.h"
#include "judge/state.h"

#define MAGIC UINT64_C(0x35306567647573a5) /* any change of struct state is a new magic */
#define HEAD 16

_Static_assert(JUDGE_PAST_BYTES == HEAD + JUDGE_STATE_BYTES, "header and state make a record");

void judge_save(const struct judge_state *opaque, unsigned char ret_past[JUDGE_PAST_BYTES])
{
	struct judge_state copy = *opaque;
	struct state *s = state_of(&copy);
	uint64_t head[2] = { MAGIC ^ sizeof(*s) };

	s->fact = NULL; /* an address of this run */
	if (!(s->flags & STATE_ALARMED) && s->best_since != s->since) {
		/* An older run that came to nothing is not kept against him. */
		s->best_total = s->total;
		memcpy(s->best, s->part, sizeof(s->best));
		memcpy(s->seen, s->now, sizeof(s->seen));
		s->best_since = s->since;
		s->best_message = s->since_message;
		s->best_most = s->now_most;
		s->best_usual = s->usual_level;
	}
	head[1] = hash_bytes(copy.opaque, sizeof(copy.opaque), MAGIC);
	memcpy(ret_past, head, HEAD);
	memcpy(ret_past + HEAD, copy.opaque, sizeof(copy.opaque));
}

static bool shares_sane(const struct tally *t)
{
	for (unsigned i = 0; i < SIGNALS_SHARES; i++)
		if (t[i].yes > t[i].n || t[i].n > 4096)
			return false;
	return true;
}

/* What arithmetic and table look-ups elsewhere rely on. */
static bool sane(const struct state *s)
{
	int32_t total = 0, best = 0;

	for (unsigned i = 0; i < SIGNALS; i++) {
		if (s->part[i] < signal_table[i].floor || s->part[i] > signal_table[i].cap ||
		    s->best[i] < signal_table[i].floor || s->best[i] > signal_table[i].cap)
			return false;
		total += s->part[i];
		best += s->best[i];
	}
	return s->population < POPULATIONS && s->kind < SENDER_KINDS && s->level <= BURST_LEVELS &&
	       s->best_usual <= BURST_LEVELS && s->known.unknown <= s->known.results &&
	       s->known_run.unknown <= s->known_run.results &&
	       s->known_best.unknown <= s->known_best.results && s->last_message <= s->last &&
	       !(s->touched >> SIGNALS_SHARES) && total == s->total && best == s->best_total &&
	       shares_sane(s->past) && shares_sane(s->now) && shares_sane(s->seen) &&
	       s->hour_start <= s->last && s->first <= s->last && !s->fact;
}

bool judge_load(struct judge_state *opaque, const unsigned char past[JUDGE_PAST_BYTES])
{
	struct judge_state copy = { .opaque = { 0 } };
	uint64_t head[2];

	memset(opaque, 0, sizeof(*opaque));
	memcpy(head, past, HEAD);
	memcpy(copy.opaque, past + HEAD, sizeof(copy.opaque));
	if (head[0] != (MAGIC ^ sizeof(struct state)) ||
	    head[1] != hash_bytes(copy.opaque, sizeof(copy.opaque), MAGIC) || !sane(state_of(&copy)))
		return false;
	*opaque = copy;
	return true;
}
