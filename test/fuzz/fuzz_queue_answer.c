/*
 * What a taken-over reader of the queue or of the logs may send: any bytes are refused or taken whole, and every report can
 * speak of them. The first byte says what they play: Q the question about what waits, A the logs' answer, G a group, else
 * messages.
 */
#include "base/pack.h"
#include "model/inquiry.h"
#include "report/queue.h"
#include "trace/queue_past.h"
#include "trace/queued.h"
#include "trace/wrote.h"

#include <stdlib.h>

static void must(bool b)
{
	if (!b)
		abort();
}

static void judge(const struct wrote_known *known, struct queued *q)
{
	struct row rows[2] = { { .kind = KIND_AUTH, .verdict = VERDICT_SUSPECT, .id = SPAN("a@b.example") },
			       { .kind = KIND_LOCAL, .account = SPAN("alice") } };
	struct inquiry past = { .rows = rows, .nrows = 2 };
	struct queue_past about = { .q = &past, .known = known };
	struct whose whose = { .kind = KIND_AUTH, .id = q->login };

	queue_past_judge(&about, &whose, q);
	must(q->class < QUEUE_CLASSES && q->accused <= past.nrows && q->nnew + q->nknown <= q->nlisted);
}

static void answer(struct span bytes)
{
	struct queued_recipient list[] = { { SPAN("x@y.example"), false, 0 }, { SPAN(""), false, 0 } };
	struct queued q = { .id = qid_pack(SPAN("1xXDax-00005c-2W")),
			    .login = SPAN("A@b.example"),
			    .arrival = 1795000000,
			    .recipients = list,
			    .nlisted = 2,
			    .nrecipients = 2 };
	struct wrote_known *known = wrote_open(bytes);

	if (known)
		judge(known, &q);
	wrote_close(known);
}

static void group(struct span bytes)
{
	struct unpacker u = { .left = bytes };
	struct screen screen = { .columns = 80, .top = 1000 };
	struct queue_report r = { .now = 1795000000, .complete = true };
	struct queue_group g, sum;
	struct buf again = BUF_MAX(64u << 20);
	struct sink s = sink_new(-1);

	if (queue_group_unpack(&u, &g)) {
		queue_group_pack(&g, &again);
		must(again.n == bytes.n - u.left.n && memcmp(again.p, bytes.p, again.n) == 0);
		sum = g;
		queue_group_add(&sum, &g);
		must(sum.nsamples <= QUEUE_SAMPLES);
		r.all = sum;
		r.groups = &g;
		r.ngroups = r.groups_total = 1;
		for (r.by = 0; r.by < QUEUE_BYS; r.by++) {
			queue_text(&s, &r, &screen);
			queue_json(&s, &r, NULL);
			queue_plain(&s, &r, NULL);
		}
	}
	buf_free(&again);
	buf_free(&s.text);
}

static void messages(struct span bytes)
{
	static struct queued_recipient list[QUEUED_LISTED];
	struct screen screen = { .columns = 80 };
	struct queue_report r = { .complete = true };
	struct sink s = sink_new(-1);
	struct queued q;

	for (int form = QUEUE_LIST_TEXT; form <= QUEUE_LIST_PLAIN; form++) {
		struct queue_list l = { .sink = &s, .screen = &screen, .form = form };
		struct unpacker u = { .left = bytes };

		queue_list_begin(&l);
		while (u.left.n && queued_unpack(&u, list, &q)) {
			must(q.nlisted <= QUEUED_LISTED);
			queue_list_put(&l, &q);
		}
		queue_list_end(&l, &r);
		s.text.n = 0;
	}
	buf_free(&s.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of((const char *)data + 1, size ? size - 1 : 0);
	char what = size ? (char)data[0] : 'Q';

	if (what == 'Q')
		wrote_free(wrote_new(size ? bytes : SPAN_NONE));
	else if (what == 'A')
		answer(bytes);
	else if (what == 'G')
		group(bytes);
	else
		messages(bytes);
	return 0;
}
