/*
 * forward_door - an address here that sends its mail on, closed for mail from outside: it is taken in and held, so that
 * nothing of it is forwarded, lost, or bounced to a sender who may be forged. Who writes to other addresses, is logged in or
 * sits on this server goes on.
 *
 * Held at the door, not cut at the forwarding: an alias has no mailbox here that its mail could stay in, and what is refused
 * or given up later would go back as a bounce. By recipient, which the server itself takes down; who sends is anybody.
 *
 * Postfix: check_recipient_access with HOLD, asked at RCPT as at DATA several recipients have no name. It decides nothing:
 * what the lines behind it would refuse they refuse. The name stands in main.cf itself (postfix_door.c says why), in a line of
 * its own for each address, behind the permits for the server's own people. Seen on 3.7: a reload (0.04 s) makes smtpd read
 * it; a session that is open goes on as before. access(5): HOLD; it has no effect behind smtpd_proxy_filter.
 *
 * TRUST: main.cf and master.cf are root's; the address is what logs said, so what a list would not take is not written.
 */
#include "plan/door.h"

#include "plan/draft.h"
#include "plan/maincf.h"

#define MAIN_CF SPAN("/etc/postfix/main.cf")
#define LIST SPAN("smtpd_recipient_restrictions")
#define CHECK "check_recipient_access inline:{ {%.*s = HOLD} }"
#define PROXY SPAN("smtpd_proxy_filter")

static bool is_break(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

static struct span cut_word(struct span *left)
{
	struct span word;
	size_t n = 0;

	while (left->n && is_break(left->p[0]))
		*left = span_from(*left, 1);
	while (n < left->n && !is_break(left->p[n]))
		n++;
	word = span_head(*left, n);
	*left = span_from(*left, n);
	return word;
}

/* "smtp inet ... smtpd", or the smtpd behind postscreen: who comes from outside meets it. Not "127.0.0.1:10025", nor 587. */
static bool is_open_service(struct span line)
{
	struct span name = cut_word(&line), type = cut_word(&line);
	ptrdiff_t colon = span_rfind(name, ':');

	if (span_starts(name, SPAN("127.")) || span_starts(name, SPAN("[::1]")) ||
	    span_starts(name, SPAN("localhost:")))
		return false;
	if (colon >= 0)
		name = span_from(name, (size_t)colon + 1);
	return (span_eq(type, SPAN("inet")) && (span_eq(name, SPAN("smtp")) || span_eq(name, SPAN("25")))) ||
	       (span_eq(type, SPAN("pass")) && span_eq(name, SPAN("smtpd")));
}

/* master.cf gives that service a SETTING of its own. */
static bool has_own(struct span master, struct span setting)
{
	bool open = false, own = false;

	for (size_t at = 0; at < master.n;) {
		ptrdiff_t end = span_find(master, at, '\n');
		struct span line = span_of(master.p + at, (end < 0 ? master.n : (size_t)end) - at);

		at += line.n + 1;
		if (!span_trim(line).n || span_trim(line).p[0] == '#')
			continue;
		if (!is_break(line.p[0]))
			open = is_open_service(line);
		own |= open && span_search(line, 0, setting) >= 0;
	}
	return own;
}

/* What stands in the way of the line; then a note has said so. */
static bool cannot_hold(struct draft *d, const struct culprit *c, struct span main, struct span value)
{
	struct span master = SPAN_NONE, proxy = SPAN_NONE;

	if (!draft_is_address(c->id) || span_find(c->id, 0, '=') >= 0) {
		draft_note(d, "Postfix: %.*s is no address that a list takes", ARG(c->id));
		return true;
	}
	if (span_search(value, 0, draft_text(d, "{%.*s = HOLD}", ARG(c->id))) >= 0) {
		draft_already(d, "Postfix: what comes from outside for %.*s is held already", ARG(c->id));
		return true;
	}
	draft_read(d, SPAN("/etc/postfix/master.cf"), &master);
	maincf_get(d->arena, main, PROXY, &proxy);
	if (proxy.n || has_own(master, PROXY)) {
		draft_note(d,
			   "Postfix: behind smtpd_proxy_filter nothing can be held at the door: what comes "
			   "for %.*s goes on",
			   ARG(c->id));
		return true;
	}
	if (has_own(master, LIST)) {
		draft_note(d,
			   "Postfix: master.cf gives port 25 an smtpd_recipient_restrictions of its own: "
			   "put " CHECK " first there, and reload",
			   ARG(c->id));
		return true;
	}
	return false;
}

/* The permits that VALUE begins with, or both where there is no list: whom they let in are this server's own. */
static size_t own_people(struct span *value, bool set, struct span ret[2])
{
	static const struct span permits[] = { SPAN("permit_mynetworks"), SPAN("permit_sasl_authenticated") };
	struct span left = *value;
	size_t n = 0;

	if (!set) {
		memcpy(ret, permits, sizeof(permits));
		return 2;
	}
	while (n < 2) {
		struct span word = cut_word(&left);

		if (!span_eq(word, permits[0]) && !span_eq(word, permits[1]))
			break;
		ret[n++] = word;
		*value = left;
	}
	while (n && value->n && is_break(value->p[0]))
		*value = span_from(*value, 1);
	return n;
}

static void tell_postfix(struct draft *d, const struct culprit *c, size_t npermits)
{
	draft_note(
		d,
		"Postfix: an SMTP session that is open now goes on as before until it ends; what comes for "
		"another address that leads to %.*s is not held",
		ARG(c->id));
	if (npermits == 0)
		draft_note(
			d,
			"Postfix: smtpd_recipient_restrictions does not begin with permit_mynetworks or "
			"permit_sasl_authenticated, so this server's own people's SMTP to %.*s is held, too",
			ARG(c->id));
}

static void postfix_close(struct draft *d, const struct culprit *c)
{
	struct span bytes, value = SPAN_NONE, items[3], item, none = SPAN("");
	struct action *v;
	bool set;
	size_t n;

	if (!d->facts->postfix_spool.n || !draft_read(d, MAIN_CF, &bytes))
		return;
	set = maincf_get(d->arena, bytes, LIST, &value);
	if (cannot_hold(d, c, bytes, value))
		return;
	n = own_people(&value, set, items);
	item = items[n] = draft_text(d, CHECK, ARG(c->id));
	v = draft_edit(d, MAIN_CF, bytes, maincf_set(d->arena, bytes, LIST, SPAN_NONE, items, n + 1, value),
		       c->grade);
	v->back = draft_words(d, 2, SPAN("/usr/sbin/postfix"), SPAN("reload"));
	v->nback = 2;
	v->what = draft_text(
		d, "Postfix takes what comes from outside for %.*s and holds it: nothing of it is sent on",
		ARG(c->id));
	v->command = draft_text(d, "postconf -e '%.*s = %.*s%s%.*s%s%.*s%s%.*s' && postfix reload", ARG(LIST),
				ARG(n > 0 ? items[0] : none), n > 0 ? ", " : "", ARG(n > 1 ? items[1] : none),
				n > 1 ? ", " : "", ARG(item), value.n ? ", " : "", ARG(value));
	v->undo = SPAN("main.cf as it was, postfix reload");
	tell_postfix(d, c, n);
}

void forward_close(struct draft *d, const struct culprit *c)
{
	size_t before = d->plan->nactions;

	postfix_close(d, c);
	exim_close_forward(d, c);
	if (d->plan->nactions == before)
		return;
	draft_note(d,
		   "all that comes from outside for %.*s waits, whoever wrote it, also for a mailbox that it "
		   "may have here, and a message to several addresses as a whole: spamtrail queue --list "
		   "forward:%.*s%.*s shows it, --release lets it go",
		   ARG(c->id), ARG(c->id), ARG(d->want->again[PLAN_SAY_QUEUE]));
}
