/*
 * watch - see watch.h: which event means what. fanotify(7): records of FAN_REPORT_DFID_NAME.
 *
 * Promises: an event that makes no sense ends the record it came in and nothing else; a message whose process
 * was missed counts as unnamed and is given to nobody. Memory is that of watch_state, however much mail there
 * is.
 *
 * TRUST: events are the kernel's. Names are the mail server's, in maildrop those of whoever runs postdrop; a
 * name that is too long is passed over. An overflow of the kernel's queue is told: from then on something is
 * missing.
 */
#include "host/watch.h"

#include "host/lookout.h"

#include <fcntl.h>
#include <sys/fanotify.h>

#define WRITER_MOST \
	(60 * INT64_C(1000000)) /* from its start to its message; then a pid may be somebody else's */

bool watch_next(struct span *bytes, struct watch_event *ret_event)
{
	struct fanotify_event_metadata meta;
	struct fanotify_event_info_fid info;
	struct file_handle handle;
	struct span rest;

	if (bytes->n < sizeof(meta))
		return false;
	memcpy(&meta, bytes->p, sizeof(meta));
	if (meta.event_len < sizeof(meta) || meta.event_len > bytes->n ||
	    meta.vers != FANOTIFY_METADATA_VERSION || meta.metadata_len < sizeof(meta) ||
	    meta.metadata_len > meta.event_len)
		return false;
	rest = span_of(bytes->p + meta.metadata_len, meta.event_len - meta.metadata_len);
	*bytes = span_from(*bytes, meta.event_len);
	*ret_event = (struct watch_event){ .mask = meta.mask, .pid = (uint32_t)meta.pid };
	while (rest.n >= sizeof(info.hdr)) {
		struct span record;

		memcpy(&info.hdr, rest.p, sizeof(info.hdr));
		if (info.hdr.len < sizeof(info.hdr) || info.hdr.len > rest.n)
			return false;
		record = span_of(rest.p, info.hdr.len);
		rest = span_from(rest, info.hdr.len);
		if (info.hdr.info_type != FAN_EVENT_INFO_TYPE_DFID_NAME ||
		    record.n < sizeof(info) + sizeof(handle))
			continue;
		memcpy(&handle, record.p + sizeof(info), sizeof(handle));
		record = span_from(record, sizeof(info) + sizeof(handle));
		if (handle.handle_bytes > record.n)
			return false;
		ret_event->handle = span_head(record, handle.handle_bytes);
		record = span_from(record, handle.handle_bytes);
		ret_event->name = span_head(record, strnlen(record.p, record.n));
	}
	return true;
}

/* A folder that nobody told us of was watched later: Exim's, since Postfix makes none. */
static unsigned role_of(const struct watch *w, struct span handle)
{
	for (size_t i = 0; i < w->ndirs; i++)
		if (span_eq(span_of(w->dir[i].handle, w->dir[i].n), handle))
			return w->dir[i].role;
	return handle.n ? WATCH_EXIM : 0;
}

/* --- Postfix ----------------------------------------------------------------------------------- */

static uint32_t recent_by_pid(const struct watch_state *s, uint32_t pid)
{
	for (uint32_t i = 1; i <= WATCH_RECENT; i++) {
		uint32_t at = (s->next - i) % WATCH_RECENT;

		if (s->recent[at].pid == pid)
			return at + 1;
	}
	return 0;
}

static uint32_t recent_by_name(const struct watch_state *s, struct span name)
{
	for (uint32_t i = 1; i <= WATCH_RECENT; i++) {
		uint32_t at = (s->next - i) % WATCH_RECENT;

		if (span_eq(span_str(s->recent[at].name), name))
			return at + 1;
	}
	return 0;
}

/* Its callers are still there, waiting for it. */
static uint32_t begin(struct watch_state *s, struct lookout *l, uint32_t pid, enum caller *ret_who)
{
	uint32_t at = s->next++ % WATCH_RECENT;
	struct watch_message *m = &s->recent[at];

	m->name[0] = '\0';
	m->foretold = false;
	m->pid = pid;
	m->at = l->now;
	*ret_who = lookout_caller(l, pid, &m->process);
	return at + 1;
}

/* postdrop or exim is being started. */
static void on_program(struct watch_state *s, struct lookout *l, uint32_t pid)
{
	enum caller who;
	uint32_t at = begin(s, l, pid, &who);

	/* it is asked again when it writes: by then its callers may be known */
	if (who != CALLER_FOUND)
		s->recent[at - 1].pid = 0;
}

/* What is known of PID, which begins to write a message. */
static uint32_t writer(struct watch_state *s, struct lookout *l, uint32_t pid, enum caller *ret_who)
{
	uint32_t at = pid ? recent_by_pid(s, pid) : 0;

	*ret_who = CALLER_FOUND;
	return at && l->now - s->recent[at - 1].at < WRITER_MOST ? at : begin(s, l, pid, ret_who);
}

static void on_drop_named(struct watch_state *s, struct lookout *l, const struct watch_event *e)
{
	enum caller who;
	struct watch_message *m = &s->recent[writer(s, l, e->pid, &who) - 1];

	m->pid = 0;
	if (e->name.n && e->name.n < sizeof(m->name)) {
		memcpy(m->name, e->name.p, e->name.n);
		m->name[e->name.n] = '\0';
	}
	l->o.submitted++;
	l->o.unnamed += m->process == OBSERVED_NONE;
}

static bool is_pickup(struct watch_state *s, const struct lookout *l, uint32_t pid)
{
	struct process p;

	if (pid == s->pickup)
		return true;
	if (!process_read(&l->proc, pid, &p) || !observed_mta_program(span_of(p.exe.p, p.exe.n)) ||
	    !span_ends(span_of(p.exe.p, p.exe.n), SPAN("/pickup")))
		return false;
	s->pickup = pid;
	return true;
}

static void on_maildrop(struct watch_state *s, struct lookout *l, const struct watch_event *e)
{
	enum caller who;

	if (e->mask & FAN_CREATE)
		writer(s, l, e->pid, &who);
	if (e->mask & FAN_MOVED_TO)
		on_drop_named(s, l, e);
	if (e->mask & FAN_OPEN && !recent_by_pid(s, e->pid) && is_pickup(s, l, e->pid))
		s->at_pickup = recent_by_name(s, e->name);
	if (e->mask & FAN_DELETE && e->pid == s->pickup)
		s->at_pickup = 0;
}

/* Somebody spoke SMTP to this host from itself. */
static void on_session(struct lookout *l, uint32_t process, struct span id)
{
	if (process != OBSERVED_NONE && !observed_mta_program(l->o.process[process].exe))
		lookout_handover(l, OBSERVED_LOOPBACK, process, id);
}

static void on_incoming(struct watch_state *s, struct lookout *l, int64_t now, const struct watch_event *e)
{
	if (!(e->mask & FAN_MOVED_TO) || !e->name.n || e->name.n >= WATCH_NAME)
		return;
	if (s->at_pickup)
		lookout_handover(l, OBSERVED_SENDMAIL, s->recent[s->at_pickup - 1].process, e->name);
	else
		on_session(l, lookout_loopback(l, now), e->name);
}

/* --- Exim -------------------------------------------------------------------------------------- */

/* Who makes a folder has a message for it; if the folder is not watched in time, that message is not seen. */
static void on_exim_folder(struct watch_state *s, struct lookout *l, uint32_t pid)
{
	enum caller who;
	struct watch_message *m = &s->recent[writer(s, l, pid, &who) - 1];

	if (who == CALLER_DAEMON || m->foretold)
		return;
	m->foretold = true;
	l->o.submitted++;
	l->o.unnamed++;
}

static void on_exim(struct watch_state *s, struct lookout *l, int64_t now, const struct watch_event *e)
{
	struct watch_message *m;
	enum caller who;
	struct span id;

	if (e->mask & FAN_ONDIR) {
		s->new_folder = true;
		if (e->name.n == 1 || span_eq(e->name, SPAN("input")))
			on_exim_folder(s, l, e->pid);
		return;
	}
	if (!span_ends(e->name, SPAN("-D")) || e->name.n >= WATCH_NAME)
		return;
	id = span_head(e->name, e->name.n - 2);
	m = &s->recent[writer(s, l, e->pid, &who) - 1];
	m->pid = 0;
	l->o.submitted -= m->foretold;
	l->o.unnamed -= m->foretold;
	m->foretold = false;
	if (who == CALLER_DAEMON) {
		on_session(l, lookout_peer(l, now, e->pid), id);
		return;
	}
	l->o.submitted++;
	l->o.unnamed += who == CALLER_GONE;
	lookout_handover(l, OBSERVED_SENDMAIL, m->process, id);
}

void watch_take(struct watch_state *s, struct lookout *l, int64_t now, struct span bytes)
{
	struct watch_event e;

	l->now = now;
	while (watch_next(&bytes, &e)) {
		if (e.mask & FAN_Q_OVERFLOW) {
			s->lost = true;
			l->o.full = true;
			continue;
		}
		if (e.mask & FAN_OPEN_EXEC) {
			on_program(s, l, e.pid);
			continue;
		}
		switch (role_of(s->watch, e.handle)) {
		case WATCH_MAILDROP:
			on_maildrop(s, l, &e);
			break;
		case WATCH_INCOMING:
			on_incoming(s, l, now, &e);
			break;
		case WATCH_EXIM:
			on_exim(s, l, now, &e);
			break;
		default:
			break;
		}
	}
}
