/*
 * postfix_queue - the life of a queue file: pickup, queue manager, bounce notices, the operator's postsuper.
 *
 *     pickup     uid=N from=<S>[ orig_id=Q]
 *     qmgr       from=<S>, size=N, nrcpt=N (queue active)   again at each retry
 *     qmgr       from=<S>, status=expired|force-expired, returned to sender
 *     qmgr       removed
 *     bounce     sender non-delivery notification: NEWID
 *     postsuper  removed | placed on hold | released from hold | requeued | expired
 *
 * Sources: Postfix src/pickup/pickup.c, src/qmgr/qmgr_active.c, src/bounce/bounce_*_service.c,
 * src/postsuper/postsuper.c.
 *
 * TRUST: S is the sender's choice, unquoted before Postfix 3.5. What stands behind it has a fixed form at
 * the end of the line, so these lines are read from the right: S cannot imitate what follows it. uid= comes
 * from the kernel, except with orig_id (a requeued file belongs to Postfix itself).
 */
#include "logs/postfix_parts.h"

/* Digits at the end of S, taken off. */
static inline bool drop_number(struct span *s, struct span *ret_digits)
{
	size_t n = s->n;

	while (n && s->p[n - 1] >= '0' && s->p[n - 1] <= '9')
		n--;
	*ret_digits = span_from(*s, n);
	s->n = n;
	return ret_digits->n > 0;
}

static inline bool drop(struct span *s, struct span literal)
{
	if (!span_ends(*s, literal))
		return false;
	s->n -= literal.n;
	return true;
}

static uint32_t to_number(struct span digits)
{
	uint32_t value = 0;

	pf_take_number(&digits, &value);
	return value;
}

static void put_sender(struct pf *p, struct event *ev, struct span sender)
{
	if (sender.n >= 2 && sender.p[0] == '<' && sender.p[sender.n - 1] == '>')
		sender = span_of(sender.p + 1, sender.n - 2);
	if (!sender.n)
		ev->flags |= EVF_NULL_SENDER;
	pf_put(p, F_SENDER, sender);
}

static enum line_result queue_active(struct pf *p, struct span s)
{
	struct span nrcpt, size;

	if (!drop_number(&s, &nrcpt) || !drop(&s, SPAN(", nrcpt=")) || !drop_number(&s, &size) ||
	    !drop(&s, SPAN(", size=")))
		return LINE_OTHER;

	struct event *ev = pf_begin(p, EV_QUEUE);

	ev->size = to_number(size);
	ev->nrcpt = to_number(nrcpt);
	put_sender(p, ev, s);
	pf_put(p, F_SIZE, size);
	pf_put(p, F_NRCPT, nrcpt);
	return pf_end(p);
}

static enum line_result expired(struct pf *p, struct span s)
{
	struct span status = SPAN("force-expired");
	struct span before = s;

	if (!drop(&before, SPAN(", status=force-expired"))) {
		status = SPAN("expired");
		if (!drop(&before, SPAN(", status=expired")))
			return LINE_OTHER;
	}

	struct event *ev = pf_begin(p, EV_BOUNCE);

	ev->flags |= EVF_EXPIRED;
	put_sender(p, ev, before);
	pf_put(p, F_STATUS, span_from(s, s.n - status.n));
	pf_put(p, F_TEXT, span_from(p->text, p->text.n - SPAN("returned to sender").n));
	return pf_end(p);
}

static enum line_result simple(struct pf *p, enum event_kind kind)
{
	pf_begin(p, kind);
	pf_put(p, F_ACTION, p->text);
	return pf_end(p);
}

enum line_result pf_qmgr(struct pf *p)
{
	struct span s = p->text;

	if (!p->id.n || p->severe)
		return pf_known(p);
	if (span_eq(s, SPAN("removed"))) {
		pf_begin(p, EV_COMPLETE);
		return pf_end(p);
	}
	if (pf_take(&s, SPAN("from="))) {
		if (drop(&s, SPAN(" (queue active)")))
			return queue_active(p, s);
		if (drop(&s, SPAN(", returned to sender")))
			return expired(p, s);
		return LINE_OTHER;
	}
	return span_starts(s, SPAN("to=")) ? pf_result(p) : pf_known(p);
}

enum line_result pf_pickup(struct pf *p)
{
	struct span s = p->text, digits, sender, parent = SPAN_NONE;
	uint32_t uid;

	if (!p->id.n || p->severe || !pf_take(&s, SPAN("uid=")))
		return pf_known(p);
	digits = s;
	if (!pf_take_number(&s, &uid) || !pf_take(&s, SPAN(" from=")))
		return LINE_OTHER;
	digits.n = (size_t)(s.p - digits.p) - SPAN(" from=").n;
	sender = s;
	if (s.n && s.p[s.n - 1] != '>') {
		ptrdiff_t equals = span_rfind(s, '=');
		struct span before = span_head(s, equals < 0 ? 0 : (size_t)equals + 1);

		if (drop(&before, SPAN(" orig_id=")) && pf_is_id(span_from(s, (size_t)equals + 1))) {
			parent = span_from(s, (size_t)equals + 1);
			sender = before;
		}
	}

	struct event *ev = pf_begin(p, EV_SUBMIT);

	ev->flags |= EVF_LOCAL;
	ev->uid = uid;
	put_sender(p, ev, sender);
	pf_put(p, F_UID, digits);
	pf_put(p, F_PARENT_ID, parent);
	return pf_end(p);
}

/* "sender non-delivery notification: NEWID", "postmaster delay notification: NEWID" ... */
static enum line_result notification(struct pf *p)
{
	static const struct span word = { " notification: ", 15 };
	ptrdiff_t at = span_search(span_head(p->text, 60), 0, word);
	struct span child = span_from(p->text, (size_t)at + word.n);

	if (at < 0 || !pf_is_id(child))
		return pf_known(p);
	pf_begin(p, EV_NOTICE);
	pf_put(p, F_CHILD_ID, child);
	pf_put(p, F_TEXT, span_head(p->text, (size_t)at + word.n - 2));
	return pf_end(p);
}

enum line_result pf_bounce(struct pf *p)
{
	if (!p->id.n || p->severe)
		return pf_known(p);
	return span_starts(p->text, SPAN("to=")) ? pf_result(p) : notification(p);
}

static const struct {
	struct span text;
	enum event_kind kind;
} acts[] = {
	{ { "removed", 7 }, EV_REMOVE },
	{ { "placed on hold", 14 }, EV_HOLD },
	{ { "released from hold", 18 }, EV_RELEASE },
	{ { "requeued", 8 }, EV_NOTICE },
	{ { "expired", 7 }, EV_NOTICE },
};

enum line_result pf_postsuper(struct pf *p)
{
	if (p->id.n && !p->severe)
		for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
			if (span_eq(acts[i].text, p->text))
				return simple(p, acts[i].kind);
	return pf_known(p);
}
