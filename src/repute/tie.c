/* tie - see tie.h. */
#include "repute/tie.h"

static bool is_ours(struct span by, const struct span *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (names[i].n && span_eq_nocase(by, names[i]))
			return true;
	return false;
}

static struct span without_brackets(struct span id)
{
	id = span_trim(id);
	if (id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>')
		return span_of(id.p + 1, id.n - 2);
	return id;
}

/* Exim's own message id is E, the queue id, @ and the host. */
static struct span exim_id(struct span message_id, const struct span *names, size_t n)
{
	ptrdiff_t at = span_find(message_id, 0, '@');

	if (at < 17 || message_id.p[0] != 'E' || !is_ours(span_from(message_id, (size_t)at + 1), names, n))
		return SPAN_NONE;
	return span_of(message_id.p + 1, (size_t)at - 1);
}

void tie_find(const struct complaint *c, const struct span *names, size_t nnames, struct tie *ret)
{
	const struct original *o = &c->original;
	struct tie t = { .message_id = without_brackets(o->message_id),
			 .login = o->auth_sender,
			 .script = o->php_script.n ? o->php_script : o->php_originating,
			 .account_path = o->source_dir };

	for (size_t i = 0; i < o->nreceived && !t.ours; i++) {
		received_read(o->received[i], &t.line);
		t.ours = is_ours(t.line.by, names, nnames);
		t.raw = o->received[i];
	}
	if (!t.ours) {
		t.line = (struct received){ .local = false };
		t.raw = SPAN_NONE;
	}
	t.queue_id = t.line.id;
	/* a bounce that this host made itself names the message by its queue id */
	if (!t.queue_id.n && o->queue_id.n && is_ours(c->reporting_mta, names, nnames))
		t.queue_id = o->queue_id;
	if (!t.queue_id.n)
		t.queue_id = exim_id(t.message_id, names, nnames);
	if (!t.login.n)
		t.login = t.line.login;
	*ret = t;
}
