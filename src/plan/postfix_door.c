/*
 * postfix_door - Postfix's two doors, closed by a name in main.cf itself, which is always there: a table of its own that
 * is lost or unreadable would stop everybody's mail.
 *
 * Seen on 3.7: authorized_submit_users is read at each call of sendmail, also of `sendmail -bs`; what it refuses ends
 * with 75. The list for SMTP AUTH holds at DATA, where Debian's own -o lists in master.cf do not reach; new processes
 * read it, and a reload (0.04 s, no session is lost) makes the idle ones new. A session that is open meanwhile goes on
 * as before: it is ended by its client's address, as nothing tells who is logged in there; who comes meanwhile is found
 * by a second look at the log (app/contain_do.c). Who shares that address comes again, and what was not acknowledged is
 * sent again.
 *
 * postconf(5): authorized_submit_users, smtpd_data_restrictions; access(5): HOLD; DATABASE_README: inline.
 *
 * TRUST: main.cf and master.cf are root's; login, account and addresses are what logs said. Braces, blanks
 * and commas would end an item of a list and begin another: a name that has any is not written.
 */
#include "plan/door.h"

#include "plan/draft.h"
#include "plan/maincf.h"

#define MAIN_CF SPAN("/etc/postfix/main.cf")
#define CLOSED SPAN("spamtrail_closed")
#define ITEMS_MOST 1000

/* The {name = HOLD} of "inline:{ {a = HOLD} {b = HOLD} }". */
static size_t closed_items(struct span value, struct span *ret_items)
{
	size_t n = 0;
	ptrdiff_t at = span_find(value, 0, '{');

	while (at >= 0 && n < ITEMS_MOST) {
		ptrdiff_t open = span_find(value, (size_t)at + 1, '{');
		ptrdiff_t close = open < 0 ? -1 : span_find(value, (size_t)open, '}');

		if (close < 0)
			break;
		ret_items[n++] = span_of(value.p + open, (size_t)(close - open) + 1);
		at = close;
	}
	return n;
}

/* Where it is asked at DATA: the first of the two lists that no service in master.cf has replaced. */
static struct span free_list(struct draft *d)
{
	static const char *const lists[] = { "smtpd_data_restrictions", "smtpd_end_of_data_restrictions" };
	struct span master = SPAN_NONE;

	draft_read(d, SPAN("/etc/postfix/master.cf"), &master);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		bool replaced = false;

		for (size_t at = 0; at < master.n;) {
			ptrdiff_t end = span_find(master, at, '\n');
			struct span line = span_of(master.p + at, (end < 0 ? master.n : (size_t)end) - at);

			replaced |=
				line.n && line.p[0] != '#' && span_search(line, 0, span_str(lists[i])) >= 0;
			at += line.n + 1;
		}
		if (!replaced)
			return span_str(lists[i]);
	}
	return SPAN_NONE;
}

static void reload_after(struct draft *d, struct action *v)
{
	v->back = draft_words(d, 2, SPAN("/usr/sbin/postfix"), SPAN("reload"));
	v->nback = 2;
}

void postfix_close_login(struct draft *d, const struct culprit *c)
{
	struct span *items = arena_alloc(d->arena, (ITEMS_MOST + 1) * sizeof(*items));
	struct span list = free_list(d), login = draft_lower(d, c->id);
	struct span bytes, item, value = SPAN_NONE, more;
	struct action *v;
	size_t n;

	if (!d->facts->postfix_spool.n || !draft_read(d, MAIN_CF, &bytes))
		return;
	if (!draft_is_plain_name(login)) {
		draft_note(d, "Postfix: the login %.*s has characters that no list takes: lock its password",
			   ARG(login));
		return;
	}
	if (!list.n) {
		draft_note(d, "Postfix: master.cf replaces smtpd_data_restrictions and "
			      "smtpd_end_of_data_restrictions: "
			      "add check_sasl_access $spamtrail_closed to one of them");
		return;
	}
	maincf_get(d->arena, bytes, CLOSED, &value);
	n = closed_items(value, items);
	item = draft_text(d, "{%.*s = HOLD}", ARG(login));
	for (size_t i = 0; i < n; i++)
		if (span_eq(items[i], item)) {
			draft_already(d, "Postfix: %.*s may not send already", ARG(login));
			return;
		}
	items[n++] = item;
	more = maincf_set(d->arena, bytes, CLOSED, SPAN("inline:{"), items, n, SPAN("}"));
	value = SPAN_NONE;
	maincf_get(d->arena, bytes, list, &value);
	if (span_search(value, 0, SPAN("$spamtrail_closed")) < 0) {
		item = SPAN("check_sasl_access $spamtrail_closed");
		more = maincf_set(d->arena, more, list, SPAN_NONE, &item, 1, value);
	}
	v = draft_edit(d, MAIN_CF, bytes, more, c->grade);
	reload_after(d, v);
	v->what = draft_text(
		d, "Postfix takes %.*s's mail and holds it: he may not send, may still receive and log in",
		ARG(login));
	v->command = draft_text(
		d,
		"postconf -e 'spamtrail_closed = inline:{ {%.*s = HOLD} }' '%.*s = check_sasl_access "
		"$spamtrail_closed%s%.*s' && postfix reload",
		ARG(login), ARG(list), value.n ? ", " : "", ARG(value));
	v->undo = SPAN("main.cf as it was, postfix reload");
}

void postfix_close_user(struct draft *d, const struct culprit *c)
{
	struct span bytes, value = SPAN_NONE, item = draft_text(d, "!%.*s", ARG(c->account)),
			   last = SPAN("static:all");
	struct action *v;
	bool set;

	if (!d->facts->postfix_spool.n || !draft_read(d, MAIN_CF, &bytes))
		return;
	if (!draft_is_plain_name(c->account)) {
		draft_note(d, "Postfix: the name %.*s has characters that main.cf does not take",
			   ARG(c->account));
		return;
	}
	set = maincf_get(d->arena, bytes, SPAN("authorized_submit_users"), &value);
	if (set && !value.n) {
		draft_note(d, "Postfix: nobody may use sendmail here (authorized_submit_users is empty)");
		return;
	}
	/* a name inside another one's is no answer: items are compared whole */
	for (struct span left = value; left.n;) {
		size_t n = 0;

		while (n < left.n && left.p[n] != ' ' && left.p[n] != ',')
			n++;
		if (span_eq(span_head(left, n), item)) {
			draft_already(d, "Postfix: %.*s may not use sendmail already", ARG(c->account));
			return;
		}
		left = span_from(left, n + 1);
	}
	v = draft_edit(d, MAIN_CF, bytes,
		       maincf_set(d->arena, bytes, SPAN("authorized_submit_users"), SPAN_NONE, &item, 1,
				  set ? value : last),
		       c->grade);
	v->what = draft_text(
		d,
		"Postfix refuses what %.*s hands to sendmail (it ends with 75, \"try later\"); he may still "
		"receive and log in",
		ARG(c->account));
	v->command = draft_text(d, "postconf -e 'authorized_submit_users = !%.*s, %.*s'", ARG(c->account),
				ARG(set ? value : last));
	v->undo = SPAN("main.cf as it was; it counts from the next call on");
}

static bool is_loopback(struct span ip)
{
	return span_starts(ip, SPAN("127.")) || span_eq(ip, SPAN("::1"));
}

void end_sessions(struct draft *d, const struct culprit *c)
{
	struct span *words = arena_alloc(d->arena, (c->row->nclients + 1) * sizeof(*words));
	struct action *v;
	size_t n = 1;

	words[0] = SPAN("smtp");
	for (size_t i = 0; i < c->row->nclients; i++)
		/* webmail and the server itself speak from there: all its users' sessions */
		if (!is_loopback(c->row->clients[i].ip))
			words[n++] = c->row->clients[i].ip;
	if (!d->facts->postfix_spool.n || n == 1)
		return;
	v = draft_action(d, ACTION_END_LOGIN, c->grade);
	v->args = words;
	v->nargs = n;
	v->what =
		draft_text(d, "open SMTP sessions from %zu address%s of his end; who shares one comes again",
			   n - 1, n == 2 ? "" : "es");
	v->command = draft_text(d, "ss -K dst %.*s ...", ARG(words[1]));
	if (c->row->clients_total > c->row->nclients)
		draft_note(d,
			   "%.*s was used from %llu addresses, and %zu are cut off: a session that is open "
			   "from another one goes on until it ends",
			   ARG(c->id), (unsigned long long)c->row->clients_total, c->row->nclients);
}
