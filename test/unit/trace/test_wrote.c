/* The question about what waits, and the answer of the logs, as they go between processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/pack.h"
#include "trace/wrote.h"

#include "trace_run.h"

static void persons(void **state)
{
	uint64_t login = wrote_identity(KIND_AUTH, SPAN("Info@Shop.example"), SPAN("shop"));

	assert_true(login == wrote_identity(KIND_AUTH, SPAN("info@shop.example"), SPAN_NONE));
	assert_true(login != wrote_identity(KIND_AUTH, SPAN("office@shop.example"), SPAN("shop")));
	/* logs name a folder, the queue only the user: both are the account */
	assert_true(wrote_identity(KIND_SCRIPT, SPAN("/home/shop/x"), SPAN("shop")) ==
		    wrote_identity(KIND_LOCAL, SPAN("shop"), SPAN("shop")));
	/* a folder of nobody's, and a user of many sites, are not each other */
	assert_int_equal(wrote_identity(KIND_SCRIPT, SPAN("/srv/x"), SPAN_NONE), 0);
	assert_true(wrote_identity(KIND_LOCAL, SPAN("www-data"), SPAN_NONE) != 0);
	assert_int_equal(wrote_identity(KIND_RELAY, SPAN("127.0.0.1"), SPAN("shop")), 0);
	assert_int_equal(wrote_identity(KIND_BOUNCE, SPAN("bounce"), SPAN_NONE), 0);
	assert_true(wrote_address(SPAN("A@X.example")) == wrote_address(SPAN("a@x.example")));
}

/* Whatever bytes come, cut anywhere or with a count too large: taken whole or not at all. */
static void question(void **state)
{
	struct queued_recipient list[] = { { .address = SPAN("a@x.example"), .done = true },
					   { .address = SPAN("A@X.example") } };
	struct queued q = {
		.id = qid_pack(SPAN("1xXDax-00005c-2W")), .recipients = list, .nlisted = 2, .arrival = 100
	};
	struct wrote_ask ask = { 0 };
	struct buf b = BUF_MAX(4096);
	struct wrote *w;

	wrote_ask_add(&ask, &q);
	assert_int_equal(ask.nmessages, 1);
	assert_int_equal(ask.nrcpts, 2);
	wrote_ask_pack(&ask, &b);
	wrote_ask_free(&ask);
	for (size_t n = 1; n < b.n; n++)
		assert_null(wrote_new(span_head(buf_view(&b), n)));
	/* two queues, one behind the other */
	buf_span(&b, buf_view(&b));
	w = wrote_new(buf_view(&b));
	assert_non_null(w);
	wrote_free(w);
	memset(b.p, 0xff, 4);
	assert_null(wrote_new(buf_view(&b)));
	buf_free(&b);
}

static void answer(void **state)
{
	struct buf b = BUF_MAX(4096);
	struct packer p = { .out = &b };
	struct wrote_known *k;
	struct wrote_message m;

	pack_i64(&p, 1795000000);
	pack_u32(&p, 1);
	pack_u64(&p, 1);
	pack_u64(&p, 2);
	pack_u32(&p, 3);
	pack_u32(&p, WROTE_NO_ROW);
	pack_u64(&p, 0);
	pack_u32(&p, 2);
	for (int i = 0; i < 2; i++) {
		pack_u64(&p, 77);
		pack_u32(&p, 200 - (uint32_t)i);
	}
	for (size_t n = 0; n < b.n; n++)
		assert_null(wrote_open(span_head(buf_view(&b), n)));
	k = wrote_open(buf_view(&b));
	assert_non_null(k);
	assert_int_equal(wrote_began(k), 1795000000);
	assert_false(wrote_message(k, qid_pack(SPAN("ABCDEF12")), &m));
	assert_int_equal(wrote_first(k, 5, 6), 0);
	wrote_close(k);
	memset(b.p + 8, 0xff, 4);
	assert_null(wrote_open(buf_view(&b)));
	buf_free(&b);
}

#define CAME(time, id, uid, name)                                \
	P(time, "pickup", id ": uid=" uid " from=<" name ">")    \
	P(time, "cleanup", id ": message-id=<" id "@x.example>") \
	P(time, "qmgr", id ": from=<" name "@x.example>, size=500, nrcpt=1 (queue active)")
#define RETURNED(time, id)                                                                              \
	P(time, "smtp",                                                                                 \
	  id ": to=<a@y.example>, relay=none, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (no)") \
	P(time, "bounce", id ": sender non-delivery notification: 4Xab9")

/* Whoever may write to syslog reads another's id in the queue, and has lines say that it ended and came back as his own. */
static void forged_later(void **state)
{
	struct queued q = { .id = qid_pack(SPAN("4Xab1")), .arrival = NOON - 4 * 3600 };
	struct queued bounce = { .id = qid_pack(SPAN("4Xab9")), .arrival = NOON - 4 * 3600 + 1 };
	struct buf question = BUF_MAX(4096), answer = BUF_MAX(4096);
	struct trace_options o = { .nfiles = 0 };
	struct wrote_ask ask = { 0 };
	struct wrote_message m;
	struct wrote_known *k;
	struct run r;

	wrote_ask_add(&ask, &q);
	wrote_ask_add(&ask, &bounce);
	wrote_ask_pack(&ask, &question);
	wrote_ask_free(&ask);
	o.waiting = buf_view(&question);
	begin(&r, &o);
	feed(&r, CAME("08:00:00", "4Xab1", "1001", "shop"));
	feed(&r, RETURNED("08:00:01", "4Xab1"));
	feed(&r, CAME("08:00:08", "4Xab2", "1002", "blog"));
	feed(&r, RETURNED("08:00:09", "4Xab2"));
	feed(&r, P("08:00:30", "qmgr", "4Xab1: removed"));
	feed(&r, CAME("08:00:30", "4Xab1", "1002", "blog"));
	conclude(&r);
	trace_wrote(r.trace, &answer);
	k = wrote_open(buf_view(&answer));
	assert_non_null(k);
	assert_true(wrote_message(k, q.id, &m));
	assert_ptr_equal(&r.q->rows[m.row], row_of(&r, KIND_LOCAL, "shop"));
	assert_true(wrote_message(k, bounce.id, &m));
	assert_ptr_equal(&r.q->rows[m.answers], row_of(&r, KIND_LOCAL, "shop"));
	wrote_close(k);
	end(&r);
	buf_free(&question);
	buf_free(&answer);
	(void)state;
}

#define IDENTIFIED(ip, port, user) \
	"SMTP connection identification H=localhost A=" ip " P=" port " U=" user " ID=1 S=" user " B=x\n"
#define SPOKE_FROM(time, ip, port, user) "2026-11-23 " time " " IDENTIFIED(ip, port, user)
#define SPOKE(time, port, user) SPOKE_FROM(time, "127.0.0.1", port, user)
#define SAID(time, port, user) "Nov 23 " time " mx exim[77]: " IDENTIFIED("127.0.0.1", port, user)
#define LOCALHOST(time, id, port, sender)                                                                 \
	E(time,                                                                                           \
	  id " <= " sender " H=localhost [127.0.0.1]:" port " P=esmtp S=900 T=\"Hello\" for a@y.example") \
	E(time, id " == a@y.example R=dnslookup T=remote_smtp defer (-53): 451 later")

/* By the port of this very connection; a sender that others can spell ties no message to an account. */
static void sockets_owner(void **state)
{
	static const char *const ids[] = { "1tAAAA-000000-01", "1tAAAA-000000-02", "1tAAAA-000000-03",
					   "1tAAAA-000000-04", "1tAAAA-000000-05" };
	uint64_t shop = wrote_identity(KIND_LOCAL, SPAN("shop"), SPAN("shop"));
	struct buf question = BUF_MAX(4096), answer = BUF_MAX(4096);
	struct trace_options o = { .nfiles = 0 };
	struct wrote_ask ask = { 0 };
	struct wrote_message m;
	struct wrote_known *k;
	struct run r;

	for (size_t i = 0; i < 5; i++)
		wrote_ask_add(&ask, &(struct queued){ .id = qid_pack(span_str(ids[i])),
						      .arrival = NOON - 4 * 3600 });
	wrote_ask_pack(&ask, &question);
	wrote_ask_free(&ask);
	o.waiting = buf_view(&question);
	begin(&r, &o);
	feed(&r, SAID("07:59:59", "41005", "shop"));
	feed(&r, LOCALHOST("07:59:59", "05", "41005", "info@shop.example"));
	feed(&r, SPOKE("08:00:00", "41001", "shop"));
	feed(&r, LOCALHOST("08:00:00", "01", "41001", "info@shop.example"));
	feed(&r, LOCALHOST("08:00:01", "02", "41002", "info@shop.example"));
	feed(&r, "2026-11-23 08:00:02 Sender identification U=shop D=shop.example S=info@shop.example\n");
	feed(&r, LOCALHOST("08:00:02", "03", "41003", "info@shop.example"));
	/* another's connection has that port, too, from another of the host's own addresses; and what anybody may write */
	feed(&r, SPOKE("08:00:03", "41004", "shop"));
	feed(&r, SPOKE_FROM("08:00:03", "127.0.0.2", "41004", "blog"));
	feed(&r, SAID("08:00:03", "41004", "blog"));
	feed(&r, LOCALHOST("08:00:03", "04", "41004", "info@shop.example"));
	conclude(&r);
	trace_wrote(r.trace, &answer);
	k = wrote_open(buf_view(&answer));
	assert_non_null(k);
	assert_true(wrote_message(k, qid_pack(span_str(ids[0])), &m));
	assert_true(m.owner == shop);
	for (size_t i = 1; i < 5; i++) {
		assert_true(wrote_message(k, qid_pack(span_str(ids[i])), &m));
		assert_true(m.owner == (i == 3 ? shop : 0));
	}
	wrote_close(k);
	end(&r);
	buf_free(&question);
	buf_free(&answer);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(persons),	cmocka_unit_test(question),	 cmocka_unit_test(answer),
		cmocka_unit_test(forged_later), cmocka_unit_test(sockets_owner),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
