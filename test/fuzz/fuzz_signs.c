/*
 * What signs takes from the state and from spamtrail-post, and what /proc tells of a process: any bytes give all or
 * nothing, and what was taken can be judged and packed again as it came.
 */
#include "base/codec.h"
#include "host/process.h"
#include "judge/alarm.h"
#include "judge/usual.h"
#include "model/post.h"

#include <stdlib.h>

static void judge(struct span bytes)
{
	static const struct usual_factors factors = { 3, 10 };
	struct buf again = BUF_MAX(1 << 20);
	struct usual *u = usual_new();

	if (usual_unpack(u, bytes)) {
		usual_pack(u, &again);
		if (!span_eq(buf_view(&again), bytes))
			abort();
	}
	for (unsigned i = 0; i < SIGNS; i++) {
		struct sign sign = { .value = 12 };

		usual_judge(u, (int64_t)bytes.n * 3600, &factors, (enum sign_id)i, &sign);
		if (sign.samples && !(sign.usual >= 0))
			abort();
	}
	usual_free(u);
	buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span bytes = span_of((const char *)data, n);
	struct unpacker u = { .left = bytes };
	struct arena *a = arena_new();
	struct codec c = { .from = &u, .arena = a };
	struct signs signs = { .now = 1790000000, .complete = true, .state = SIGN_CRITICAL };
	struct alarm alarm = { 0 };
	struct post_done done;
	struct post_job job;
	uint64_t ticks, pages;

	judge(bytes);
	alarm_code(&c, &alarm);
	if (unpack_done(&u))
		alarm_sent(&alarm, alarm_look(&alarm, &signs, 1800), &signs);
	post_done_unpack(bytes, &done);
	post_job_unpack(a, bytes, &job);
	process_parse_usage(bytes, &ticks, &pages);
	arena_free(a);
	return 0;
}
