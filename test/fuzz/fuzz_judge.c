/*
 * fuzz_judge - any order of events: parts add up to the score, the score is never negative, nobody is
 * convicted whose mail only passes through, and a record that was saved loads again.
 */
#include "base/err.h"
#include "judge/judge.h"

static struct judge *shared;

static void event(struct judge *j, struct judge_state *s, enum sender_kind kind, const uint8_t *d)
{
	int64_t at = INT64_C(1790000000) + (int64_t)d[1] * d[2] * d[3];
	struct judge_message m = { .at = at,
				   .nrcpt = d[4] & 1 ? d[5] : 1,
				   .size = d[5],
				   .subject = d[6],
				   .net = d[7],
				   .place = d[4],
				   .place_traits = d[5] & 1,
				   .foreign_sender = d[6] & 1 };

	switch (d[0] % 6) {
	case 0:
		judge_message(j, s, kind, &m);
		break;
	case 1:
		judge_recipient(j, s, at, 1, d[4] * 256U + d[5], d[6], d[7] & 1);
		break;
	case 2:
		if (!judge_is_echo(s, d[6]))
			judge_result(j, s, at, d[4] % 4, d[5] / 100.0);
		break;
	case 3:
		judge_login(j, s, at, d[4]);
		break;
	case 4:
		judge_request(j, s, at, d[4], d[5] & 1);
		break;
	default:
		if (d[7] == 255)
			judge_absolve(s);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct judge_state s = { .opaque = { 0 } }, again;
	struct arena *a = arena_new();
	struct judge_verdict v;
	unsigned char past[JUDGE_PAST_BYTES];
	enum sender_kind kind = n ? data[0] % SENDER_KINDS : KIND_AUTH;
	double sum = 0;

	if (!shared)
		shared = judge_new(NULL);
	for (size_t i = 1; i + 8 <= n; i += 8)
		event(shared, &s, kind, data + i);
	judge_close(shared, &s, kind, false, a, &v);
	for (size_t i = 0; i < v.nreasons; i++)
		sum += v.reasons[i].weight;
	if (sum != v.score || v.score < 0 || v.confidence < 0 || v.confidence >= 1)
		bug("the parts do not add up");
	if (kind == KIND_BOUNCE && v.verdict > VERDICT_BULK)
		bug("a bounce was accused");
	judge_save(&s, past);
	if (!judge_load(&again, past))
		bug("a saved record does not load");
	arena_free(a);
	return 0;
}
