/*
 * signs_gather - see signs_gather.h. What the rows of an hour say was decided by trace/ and judge/; here it is only
 * added up.
 *
 * TRUST: as the header says. Numbers become doubles and nothing else.
 */
#include "app/signs_gather.h"

#include "app/config.h"
#include "app/signs_state.h"
#include "base/arena.h"
#include "base/buf.h"
#include "host/cidr.h"
#include "model/inquiry.h"
#include "model/queue.h"

#define NAME_MOST 100
#define TEXT_MOST 600
#define RESULTS_ENOUGH 30 /* a share of less says nothing */
#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)
#define ASKED_MOST (2 * DAY) /* an older answer about lists is none */
#define EVERYBODY_BITS 8 /* no server has as many neighbours */
#define LOOK_MOST (2 * HOUR)

static void unknown(struct signs *s, enum sign_id id, const char *why)
{
	s->sign[id] = (struct sign){ .state = SIGN_NOT_KNOWN, .text = span_str(why) };
}

static struct span text_of(struct arena *a, struct buf *b)
{
	struct span s = arena_span(a, buf_view(b));

	buf_free(b);
	return s;
}

void signs_add_name(struct buf *b, struct span name)
{
	buf_span(b, span_head(name, NAME_MOST));
	if (name.n > NAME_MOST)
		buf_str(b, "...");
}

/* --- the newest hour -------------------------------------------------------------------------------- */

static void gather_results(struct signs *s, struct arena *a, const struct inquiry *q)
{
	const struct results *r = &q->results;
	struct sign *share = &s->sign[SIGN_UNKNOWN];
	struct buf text = BUF_MAX(TEXT_MOST);

	share->value = r->remote ? 100.0 * (double)r->unknown / (double)r->remote : 0;
	buf_addf(&text, "%llu of %llu answers", (unsigned long long)r->unknown,
		 (unsigned long long)r->remote);
	if (r->remote < RESULTS_ENOUGH) {
		share->sure = true;
		buf_str(&text, ": too few to judge");
	}
	share->text = text_of(a, &text);
	text = BUF_MAX(TEXT_MOST);
	s->sign[SIGN_REFUSED].value = (double)r->named;
	for (size_t i = 0; i < q->nrefusals && r->named; i++) {
		if (!q->refusals[i].list.n)
			continue;
		signs_add_name(&text, q->refusals[i].list);
		buf_str(&text, " at ");
		signs_add_name(&text, q->refusals[i].provider);
		break;
	}
	s->sign[SIGN_REFUSED].text = text_of(a, &text);
}

/* --- who may relay without a login ------------------------------------------------------------------ */

static bool is_trusted(const struct config *c, struct span network)
{
	for (size_t i = 0; i < c->trusted_networks.n; i++)
		if (span_eq(network, span_str(c->trusted_networks.item[i].value)))
			return true;
	return false;
}

static void gather_networks(struct signs *s, struct arena *a, const struct signs_found *found)
{
	struct sign *sign = &s->sign[SIGN_NETWORKS];
	struct buf text = BUF_MAX(TEXT_MOST);
	unsigned n = 0;

	for (size_t i = 0; i < found->q->nnetworks; i++) {
		struct span network = found->q->networks[i];
		struct cidr net;
		char size[40];

		if (!cidr_parse(network, &net) || !cidr_is_wide(&net) || is_trusted(found->config, network))
			continue;
		/* anybody at all: nothing has to be measured any more */
		if (net.bits <= EVERYBODY_BITS && !(net.v4 && net.ip[12] == 10)) {
			sign->sure = true;
			sign->state = SIGN_CRITICAL;
		}
		if (n++ > 2)
			continue;
		buf_str(&text, n > 1 ? ", " : "may relay without a login: ");
		signs_add_name(&text, network);
		buf_str(&text, " (");
		buf_span(&text, cidr_size(&net, size));
		buf_byte(&text, ')');
	}
	sign->value = n;
	sign->text = text_of(a, &text);
}

/* --- this moment ------------------------------------------------------------------------------------ */

static void gather_load(struct signs *s, const struct mta_load *load)
{
	s->sign[SIGN_CPU].value = load->cpu / 10.0;
	s->sign[SIGN_MEMORY].value = (double)load->memory / (1 << 20);
	s->sign[SIGN_PROCESSES].value = load->processes;
}

static void gather_queue(struct signs *s, const struct signs_found *found)
{
	const struct signs_past *past = found->past;
	struct sign *growth = &s->sign[SIGN_GROWTH];
	double now;

	if (!found->queue) {
		unknown(s, SIGN_QUEUE, found->no_queue);
		unknown(s, SIGN_GROWTH, found->no_queue);
		return;
	}
	now = (double)found->queue->all.messages;
	s->sign[SIGN_QUEUE].value = now;
	if (!past || !past->looked || s->now - past->looked < LOOK_LEAST ||
	    s->now - past->looked > LOOK_MOST) {
		unknown(s, SIGN_GROWTH, "no earlier look of the last two hours to compare with");
		return;
	}
	growth->value = 60.0 * (now - past->queue) / (double)(s->now - past->looked);
	/* a queue that becomes shorter does not grow by less than nothing */
	growth->value = growth->value > 0 ? growth->value : 0;
}

/* --- what others said ------------------------------------------------------------------------------- */

static void gather_kept(struct signs *s, struct arena *a, const struct signs_past *past)
{
	struct buf text = BUF_MAX(TEXT_MOST);
	unsigned n = 0;

	if (!past || !past->complaints_read)
		unknown(s, SIGN_COMPLAINTS,
			"none was read yet: name their mailbox in [complaints] mailboxes");
	for (size_t i = 0; past && i < past->ncomplaints; i++)
		n += past->complaint[i] > s->now - DAY && past->complaint[i] <= s->now + DAY;
	s->sign[SIGN_COMPLAINTS].value = n;
	if (!past || !past->asked) {
		unknown(s, SIGN_LISTED, "not asked yet: let spamtrail reputation run now and then");
		return;
	}
	if (s->now - past->asked > ASKED_MOST) {
		buf_addf(&text, "asked last %lld days ago", (long long)((s->now - past->asked) / DAY));
		unknown(s, SIGN_LISTED, "");
		s->sign[SIGN_LISTED].text = text_of(a, &text);
		return;
	}
	s->sign[SIGN_LISTED].value = past->listed;
	signs_add_name(&text, past->lists);
	if (past->unanswered)
		buf_addf(&text, "%s%u without an answer", text.n ? "; " : "", past->unanswered);
	s->sign[SIGN_LISTED].text = text_of(a, &text);
}

void signs_gather(struct signs *s, struct arena *a, const struct signs_found *found)
{
	static const enum sign_id of_logs[] = { SIGN_SENDERS, SIGN_MESSAGES, SIGN_RECIPIENTS,
						SIGN_UNKNOWN, SIGN_REFUSED,  SIGN_RELAY };
	static const enum sign_id of_host[] = { SIGN_CPU, SIGN_MEMORY, SIGN_PROCESSES };

	if (found->logs) {
		signs_gather_rows(s, a, found);
		gather_results(s, a, found->q);
	}
	for (size_t i = 0; !found->logs && i < sizeof(of_logs) / sizeof(*of_logs); i++)
		unknown(s, of_logs[i], "no mail log was found");
	gather_networks(s, a, found);
	gather_queue(s, found);
	gather_kept(s, a, found->past);
	gather_load(s, &found->q->load);
	for (size_t i = 0; !found->q->load.measured && i < sizeof(of_host) / sizeof(*of_host); i++)
		unknown(s, of_host[i],
			found->live ? "it could not be looked at" : "only on the server itself");
	/* of programs that do not run nothing is normal: that there are none is said by their number */
	if (found->q->load.measured && found->q->load.processes == 0) {
		unknown(s, SIGN_CPU, "no program of a mail server runs here");
		unknown(s, SIGN_MEMORY, "no program of a mail server runs here");
	}
	if (!found->logs || !found->live)
		unknown(s, SIGN_DIRECT, found->live ? "no mail log was found" : "only on the server itself");
}
