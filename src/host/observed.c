/*
 * observed - see observed.h.
 *
 * Promises: unpacking gives all or nothing: every index points to a process that is there, every length was
 * checked. Bytes of another version are refused, since both ends come from one build.
 *
 * TRUST: unpacked bytes come from a process that may have been taken over. What it can do is lie about what
 * it saw.
 */
#include "host/observed.h"

#include "base/pack.h"

#define VERSION 2u
#define TEXT_MOST 4096

static void pack_process(struct packer *p, const struct observed_process *o)
{
	pack_u32(p, o->pid);
	pack_u32(p, o->uid);
	pack_u8(p, o->deleted);
	pack_u8(p, o->elsewhere);
	pack_span(p, o->exe);
	pack_span(p, o->cwd);
	pack_span(p, o->args);
	pack_span(p, o->script);
	pack_span(p, o->cgroup);
	pack_span(p, o->chain);
}

static void pack_connection(struct packer *p, const struct observed_connection *c)
{
	pack_u32(p, c->process);
	pack_u32(p, c->uid);
	pack_u32(p, c->port);
	pack_span(p, span_of((const char *)c->remote, sizeof(c->remote)));
	pack_i64(p, c->at);
}

static void pack_handover(struct packer *p, const struct observed_handover *h)
{
	pack_i64(p, h->at);
	pack_u32(p, h->process);
	pack_u8(p, h->door);
	pack_span(p, h->id);
}

void observed_pack(const struct observed *o, struct buf *out)
{
	struct packer p = { .out = out };

	pack_u32(&p, VERSION);
	pack_i64(&p, o->from);
	pack_i64(&p, o->to);
	pack_u32(&p, o->elsewhere);
	pack_u32(&p, o->hidden);
	pack_u64(&p, o->submitted);
	pack_u64(&p, o->unnamed);
	pack_u8(&p, o->watched);
	pack_u8(&p, o->plain_user);
	pack_u8(&p, o->full);
	pack_u8(&p, o->by_proc);
	pack_u8(&p, o->load.measured);
	pack_u32(&p, o->load.processes);
	pack_u32(&p, o->load.cpu);
	pack_u64(&p, o->load.memory);
	pack_u32(&p, (uint32_t)o->nprocesses);
	for (size_t i = 0; i < o->nprocesses; i++)
		pack_process(&p, &o->process[i]);
	pack_u32(&p, (uint32_t)o->nconnections);
	for (size_t i = 0; i < o->nconnections; i++)
		pack_connection(&p, &o->connection[i]);
	pack_u32(&p, (uint32_t)o->nhandovers);
	for (size_t i = 0; i < o->nhandovers; i++)
		pack_handover(&p, &o->handover[i]);
}

static struct span text(struct unpacker *u)
{
	struct span s = unpack_span(u);

	u->failed |= s.n > TEXT_MOST;
	return s;
}

/* An index into N things, or none. */
static uint32_t link_to(struct unpacker *u, size_t n)
{
	uint32_t index = unpack_u32(u);

	u->failed |= index != OBSERVED_NONE && index >= n;
	return index;
}

static void unpack_process(struct unpacker *u, struct observed_process *o)
{
	o->pid = unpack_u32(u);
	o->uid = unpack_u32(u);
	o->deleted = unpack_bool(u);
	o->elsewhere = unpack_bool(u);
	o->exe = text(u);
	o->cwd = text(u);
	o->args = text(u);
	o->script = text(u);
	o->cgroup = text(u);
	o->chain = text(u);
}

static void unpack_connection(struct unpacker *u, size_t nprocesses, struct observed_connection *c)
{
	struct span remote;
	uint32_t port;

	c->process = link_to(u, nprocesses);
	c->uid = unpack_u32(u);
	port = unpack_u32(u);
	remote = unpack_span(u);
	c->at = unpack_i64(u);
	u->failed |= port > UINT16_MAX || remote.n != sizeof(c->remote);
	c->port = (uint16_t)port;
	if (remote.n == sizeof(c->remote))
		memcpy(c->remote, remote.p, sizeof(c->remote));
}

static void unpack_handover(struct unpacker *u, size_t nprocesses, struct observed_handover *h)
{
	h->at = unpack_i64(u);
	h->process = link_to(u, nprocesses);
	h->door = unpack_u8(u);
	h->id = text(u);
	u->failed |= h->door != OBSERVED_SENDMAIL && h->door != OBSERVED_LOOPBACK;
}

bool observed_unpack(struct arena *a, struct span bytes, struct observed *ret_observed)
{
	struct unpacker u = { .left = bytes };
	struct observed o = { 0 };

	u.failed |= unpack_u32(&u) != VERSION;
	o.from = unpack_i64(&u);
	o.to = unpack_i64(&u);
	o.elsewhere = unpack_u32(&u);
	o.hidden = unpack_u32(&u);
	o.submitted = unpack_u64(&u);
	o.unnamed = unpack_u64(&u);
	o.watched = unpack_bool(&u);
	o.plain_user = unpack_bool(&u);
	o.full = unpack_bool(&u);
	o.by_proc = unpack_bool(&u);
	o.load.measured = unpack_bool(&u);
	o.load.processes = unpack_u32(&u);
	o.load.cpu = unpack_u32(&u);
	o.load.memory = unpack_u64(&u);
	o.nprocesses = unpack_count(&u, OBSERVED_PROCESSES);
	o.process = arena_alloc(a, (o.nprocesses + 1) * sizeof(*o.process));
	for (size_t i = 0; i < o.nprocesses && !u.failed; i++)
		unpack_process(&u, &o.process[i]);
	o.nconnections = unpack_count(&u, OBSERVED_CONNECTIONS);
	o.connection = arena_alloc(a, (o.nconnections + 1) * sizeof(*o.connection));
	for (size_t i = 0; i < o.nconnections && !u.failed; i++)
		unpack_connection(&u, o.nprocesses, &o.connection[i]);
	o.nhandovers = unpack_count(&u, OBSERVED_HANDOVERS);
	o.handover = arena_alloc(a, (o.nhandovers + 1) * sizeof(*o.handover));
	for (size_t i = 0; i < o.nhandovers && !u.failed; i++)
		unpack_handover(&u, o.nprocesses, &o.handover[i]);
	if (!unpack_done(&u))
		return false;
	*ret_observed = o;
	return true;
}

bool observed_mta_program(struct span exe)
{
	/* where only root writes: distributions' folders of Postfix and Exim, and their commands */
	static const char *const folders[] = { "/usr/lib/postfix/", "/usr/libexec/postfix/",
					       "/usr/lib64/postfix/", "/usr/lib/exim4/" };
	static const char *const programs[] = { "sendmail", "sendmail.postfix", "sendmail.exim",
						"postdrop", "postqueue",	"exim",
						"exim4",    "postcat",		"postsuper",
						"rmail" };
	static const char *const places[] = { "/usr/sbin/", "/usr/bin/", "/usr/local/sbin/",
					      "/usr/exim/bin/" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (span_starts(exe, span_str(folders[i])))
			return true;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct span place = span_str(places[i]);

		if (!span_starts(exe, place))
			continue;
		for (size_t k = 0; k < sizeof(programs) / sizeof(*programs); k++)
			if (span_eq(span_from(exe, place.n), span_str(programs[k])))
				return true;
		/* exim-4.98-1, as source builds install it */
		if (span_starts(span_from(exe, place.n), SPAN("exim-")) && span_find(exe, place.n, '/') < 0)
			return true;
	}
	return false;
}
