/*
 * fuzz_baseline - a baseline from a state.db that somebody else wrote: whatever it says, each past is given
 * once, only to its own sender, and only when the judge takes it.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/pack.h"
#include "judge/judge.h"
#include "trace/baseline.h"

static const struct span ids[] = { { "a", 1 }, { "info@shop.example", 17 }, { NULL, 0 } };

/* The header, so that not every input ends there. */
static struct span with_header(struct buf *out, struct span bytes)
{
	struct packer p = { .out = out };

	pack_u32(&p, UINT32_C(0x65736142));
	pack_u32(&p, 1);
	pack_i64(&p, 1790000000);
	pack_span(&p, SPAN_NONE);
	buf_span(out, bytes);
	return buf_view(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of((const char *)data, size);
	struct buf whole = BUF_MAX(1 << 20);
	struct baseline b;
	struct span novelty;

	if (size && data[0] & 1)
		bytes = with_header(&whole, span_from(bytes, 1));
	baseline_unpack(&b, bytes, &novelty);
	for (uint32_t i = 0; i < b.n; i++) {
		const struct baseline_past p = b.past[i];
		struct judge_state state = { .opaque = { 0 } };
		bool before = p.given;

		if (p.kind >= SENDER_KINDS || p.key != baseline_key(p.kind, p.id, p.account))
			bug("a past that is nobody's");
		baseline_give(&b, p.key, p.kind, p.id, p.account, &state);
		if (before && !b.past[i].given)
			bug("a past was taken back");
		for (unsigned k = 0; k < 3; k++)
			baseline_give(&b, p.key, p.kind, ids[k], p.account, &state);
	}
	baseline_free(&b);
	buf_free(&whole);
	return 0;
}
