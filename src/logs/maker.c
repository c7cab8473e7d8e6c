/*
 * maker - room for events and for decoded text.
 *
 * Promises: an event under construction has room for all the fields it may have, so that adding a
 * field never allocates; the text base never moves, since fields are offsets into it; events may
 * move when their memory grows, so nobody keeps a pointer to an event across maker_begin.
 *
 * TRUST: carries foreign bytes, reads none of them. A batch without room for decoded text loses
 * that field, never the line.
 */
#include "logs/maker.h"

#include "base/err.h"

#define EVENT_MOST (sizeof(struct event) + 63 * sizeof(struct field))

_Static_assert(offsetof(struct event, f) == sizeof(struct event) && sizeof(struct field) == 8,
	       "events lie 8-byte aligned");
_Static_assert(F_KEYS <= 64, "the hot mask is one word");

#define HOT(key) (UINT64_C(1) << (key))

/* What trace reads; everything else is for explain alone. */
static const uint64_t hot_fields =
	HOT(F_SENDER) | HOT(F_RECIPIENTS) | HOT(F_RECIPIENT) | HOT(F_ORIG_RECIPIENT) | HOT(F_CLIENT_IP) |
	HOT(F_USER) | HOT(F_UNIX_USER) | HOT(F_SUBJECT) | HOT(F_MESSAGE_ID) | HOT(F_RELAY_IP) | HOT(F_CWD) |
	HOT(F_SCRIPT) | HOT(F_CHILD_ID) | HOT(F_PARENT_ID) | HOT(F_TEXT) | HOT(F_HEADER) | HOT(F_URL) |
	HOT(F_METHOD) | HOT(F_VHOST) | HOT(F_HTTP_STATUS) | HOT(F_TO) | HOT(F_IDENT_USER) | HOT(F_TRANSPORT) |
	HOT(F_ACTION) | HOT(F_STATUS);

static void memory_grow(struct evbuf *out)
{
	size_t cap = out->mem_cap < 8192 ? 16384 : out->mem_cap * 2;

	out->mem = xrealloc(out->mem, cap);
	out->mem_cap = cap;
}

struct event *maker_begin(struct maker *m, enum dialect dialect, enum event_kind kind)
{
	struct evbuf *out = m->out;
	const struct line *l = m->line;

	if (out->mem_cap - out->mem_used < EVENT_MOST)
		memory_grow(out);

	struct event *ev = (struct event *)(void *)(out->mem + out->mem_used);

	*ev = (struct event){
		.at = l->at,
		.usec = l->usec,
		.zone = l->zone,
		.stamp = l->stamp,
		.kind = (uint8_t)kind,
		.dialect = (uint8_t)dialect,
		.off = (uint32_t)(l->raw.p - out->base),
		.len = (uint32_t)l->raw.n,
		.line = m->line_index,
		.pid = l->pid,
		.uid = UINT32_MAX,
		.repeat = l->repeat,
	};
	m->ev = ev;
	return ev;
}

/* The last path element of a tag is the daemon: "postfix/submission/smtpd" is smtpd. */
static struct span tag_daemon(struct span tag)
{
	return span_from(tag, (size_t)(span_rfind(tag, '/') + 1));
}

static void add_frame_fields(struct maker *m)
{
	const struct line *l = m->line;

	if (l->program.n && !event_get(m->ev, m->out->base, F_PROGRAM).p)
		maker_field(m, F_PROGRAM, tag_daemon(l->program));
	if (l->host.n && !event_get(m->ev, m->out->base, F_HOST).p)
		maker_field(m, F_HOST, l->host);
}

void maker_end(struct maker *m)
{
	struct evbuf *out = m->out;

	if (m->all)
		add_frame_fields(m);
	m->ev->flags |= m->line->flags | (m->line->syslog ? EVF_SYSLOG : 0);
	out->mem_used = (size_t)((unsigned char *)(m->ev->f + m->ev->nfields) - out->mem);
	out->events++;
}

char *maker_text(struct maker *m, size_t n)
{
	struct evbuf *out = m->out;

	if (n > out->cap - out->used)
		return NULL;

	char *p = out->base + out->used;

	out->used += n;
	return p;
}

bool maker_wants(const struct maker *m, enum field_key key)
{
	return m->all || (hot_fields >> key & 1);
}
