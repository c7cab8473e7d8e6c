/*
 * What spamtrail-mime says, unpacked, packed again to the same bytes, tied and printed; and the texts it reads: header
 * blocks, Received fields and prose with a message in it.
 */
#include "base/err.h"
#include "report/complaints.h"
#include "repute/headers.h"
#include "report/screen.h"
#include "report/sink.h"
#include "base/buf.h"
#include "base/arena.h"

#include <stdlib.h>

static void print(const struct complaint *c)
{
	static struct span name[] = { SPAN("mx1.shop.example") };
	struct screen screen = { .columns = 80, .top = 10 };
	struct tied tied = { .c = *c, .state = TIE_CLAIMED };
	struct complaints all = { .list = &tied, .n = 1 };
	struct sink s = sink_new(-1);

	tie_find(c, name, 1, &tied.tie);
	complaints_json(&s, &all);
	complaints_plain(&s, &all);
	complaints_text(&s, &all, &screen);
	buf_free(&s.text);
}

static void packed(struct arena *a, struct span bytes)
{
	struct buf again = BUF_MAX(64u << 20);
	struct complaint c;

	if (complaint_unpack(a, bytes, &c, NULL) < 0)
		return;
	complaint_pack(&c, &again);
	if (!span_eq(bytes, buf_view(&again)))
		abort();
	print(&c);
	buf_free(&again);
}

static void text(struct arena *a, struct span bytes)
{
	struct complaint c = { 0 };
	struct received r;
	struct span block = headers_in_text(a, bytes);

	received_read(bytes, &r);
	headers_original(a, bytes, &c);
	headers_original(a, block, &c);
	if (c.original.nreceived > COMPLAINT_RECEIVED_MOST || c.nrecipients > COMPLAINT_RECIPIENTS_MOST ||
	    c.original.subject.n > COMPLAINT_TEXT_MOST)
		abort();
	print(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();

	if (size && data[0] == 'T')
		text(a, span_of((const char *)data + 1, size - 1));
	else
		packed(a, span_of((const char *)data, size));
	arena_free(a);
	return 0;
}
