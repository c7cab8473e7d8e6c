/*
 * The reader's answer: any bytes are refused or pack to themselves again, and every report can speak of them. Behind
 * an 'R': a block of rows that come ahead of it.
 */
#include "model/rows.h"
#include "report/html.h"
#include "report/json.h"
#include "report/plain.h"
#include "report/screen.h"
#include "report/why.h"

#include <stdlib.h>

static void report_all(const struct inquiry *q)
{
	struct screen screen = { .columns = 80, .top = 1000 };
	struct sink s = sink_new(-1);

	json_inquiry(&s, q, NULL, true);
	screen_inquiry(&s, q, &screen);
	plain_inquiry(&s, q, NULL, true);
	html_inquiry(&s, q, NULL, true);
	for (size_t i = 0; i < q->nincidents && i < 3; i++) {
		struct why_target t;

		if (why_find(q, incident_id(&q->incidents[i]), &t, NULL) == 0)
			why_text(&s, q, &t, &screen);
	}
	buf_free(&s.text);
}

static void take_rows(struct arena *a, struct span block)
{
	struct packed_rows rows = { 0 };
	struct inquiry q = { .more = &rows };

	if (packed_rows_take(&rows, a, block, NULL) == 0) {
		q.rows = rows.told;
		q.nrows = rows.ntold;
		report_all(&q);
	}
	packed_rows_free(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct buf again = BUF_MAX(64u << 20);
	struct inquiry *q;

	if (size && data[0] == 'R')
		take_rows(a, span_of((const char *)data + 1, size - 1));
	else if (inquiry_unpack(a, span_of((const char *)data, size), NULL, &q, NULL) == 0) {
		inquiry_pack(q, &again);
		if (again.n != size || memcmp(again.p, data, size) != 0)
			abort();
		report_all(q);
	}
	buf_free(&again);
	arena_free(a);
	return 0;
}
