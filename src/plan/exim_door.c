/*
 * exim_door - Exim's doors, closed by an empty-handed file: the hook lines that setup puts in ask whether a file of the
 * sender's name is there, and nothing is read.
 *
 * Seen on 4.96: `exists` acts at once, in open sessions too, and is simply false where the folder or the file is gone or
 * unreadable - a lookup in a list that is unreadable answers 451 to everybody. `queue = NAME` with `control = queue` puts
 * the mail into a named queue that neither the queue runner nor -qff touches; local mail takes no `queue =`, so it is
 * frozen, and held with the rest at the next look. The running daemon reads neither main options nor .include again: it
 * has to be told by SIGHUP, once, at setup. Who sends by BDAT is asked nothing before his data, and after it no queue can
 * be chosen: so with the hook lines CHUNKING is not offered, and he comes by DATA (RFC 3030, 2: only where it is offered).
 *
 * Exim specification, "Access control lists": acl_smtp_predata, acl_not_smtp, control = queue and
 * freeze/no_tell.
 *
 * TRUST: the configuration is root's, the login what logs said. A login becomes a file's name and nothing
 * else.
 */
#include "plan/door.h"

#include "plan/draft.h"

#include <stdio.h>

#define CHUNKS "chunking_advertise_hosts"

enum layout { WHOLE, DEBIAN };

/* Where the configuration lies; a new distribution is a row. */
static const struct {
	const char *file, *dir, *program;
	enum layout place;
} places[] = {
	{ "/etc/exim4/exim4.conf", "/etc/exim4", "/usr/sbin/exim4", WHOLE },
	{ "/etc/exim4/update-exim4.conf.conf", "/etc/exim4", "/usr/sbin/exim4", DEBIAN },
	{ "/etc/exim/exim.conf", "/etc/exim", "/usr/sbin/exim", WHOLE },
};

/* Panels that write Exim's configuration anew themselves. */
static bool is_generated(struct span panel)
{
	static const char *const names[] = { "cPanel", "DirectAdmin", "Hestia", "Vesta" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_eq(panel, span_str(names[i])))
			return true;
	return false;
}

static int find_place(struct draft *d)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (draft_exists(d, span_str(places[i].file)))
			return (int)i;
	return -1;
}

struct span exim_program(struct draft *d)
{
	int at = find_place(d);

	return span_str(at < 0 ? "/usr/sbin/exim4" : places[at].program);
}

/* Where the two options go, and under which other name they are looked for. */
static struct span target(struct draft *d, int at)
{
	struct span bytes = SPAN_NONE;

	if (places[at].place == WHOLE)
		return span_str(places[at].file);
	draft_read(d, span_str(places[at].file), &bytes);
	return span_search(bytes, 0, SPAN("dc_use_split_config='true'")) >= 0
		       ? SPAN("/etc/exim4/conf.d/main/05_spamtrail")
		       : SPAN("/etc/exim4/exim4.conf.localmacros");
}

/* The value of OPTION where a line of the main section sets it; empty: no line does. */
static struct span option(struct span bytes, const char *name)
{
	struct span option = span_str(name);

	for (size_t at = 0; at < bytes.n;) {
		ptrdiff_t end = span_find(bytes, at, '\n');
		struct span line = span_of(bytes.p + at, (end < 0 ? bytes.n : (size_t)end) - at);
		struct span rest = span_trim(line);

		at += line.n + 1;
		if (span_starts(rest, SPAN("begin ")))
			break;
		if (!span_starts(rest, option))
			continue;
		rest = span_trim(span_from(rest, option.n));
		if (span_starts(rest, SPAN("=")))
			return span_trim(span_from(rest, 1));
	}
	return SPAN_NONE;
}

/*
 * Asked of strangers alone, and of plain letters: quotes and slashes would spell the same address otherwise, or another folder.
 * As Postfix does, what stands behind a plus sign belongs to the address without it.
 */
struct span exim_forward_held(struct draft *d, const char *dir, const char *recipients)
{
	return draft_text(d,
			  "{and{{def:sender_host_address}{!def:authenticated_id}"
			  "{!match_ip{$sender_host_address}{<; 127.0.0.0/8 ; ::1}}"
			  "{forany{<, %s}{or{"
			  "{exists{%s/spamtrail:to:${sg{${lc:$item}}{[^a-z0-9@._+=-]}{}}}}"
			  "{exists{%s/spamtrail:to:${sg{${lc:$item}}{[+][^@]*|[^a-z0-9@._+=-]}{}}}}}}}}}",
			  recipients, dir, dir);
}

/*
 * SMTP without a client's address is spoken by a local user through a pipe (-bs): there his uid counts. A
 * slash in a login becomes "_", so that nobody can name a file in another folder by logging in.
 */
static struct span hook(struct draft *d, const char *dir, struct span predata, struct span not_smtp,
			bool chunks)
{
	struct span after_predata = predata.n ? draft_text(d, " acl = %.*s", ARG(predata)) : SPAN_NONE;
	struct span after_local = not_smtp.n ? draft_text(d, " acl = %.*s", ARG(not_smtp)) : SPAN_NONE;

	return draft_text(d,
			  "# spamtrail: a sender whose file %s/spamtrail:NAME is there may not send; setup "
			  "--remove takes this out\n"
			  "acl_smtp_predata = ${if or{{exists{%s/spamtrail:${if def:sender_host_address "
			  "{${sg{${lc:$authenticated_id}}{/}"
			  "{_}}}{uid:$originator_uid}}}}%.*s}{warn queue = spamtrail\\n control = queue\\n "
			  "accept%.*s}{%.*s}}\n"
			  "acl_not_smtp = ${if exists{%s/spamtrail:uid:$originator_uid}{warn control = "
			  "freeze/no_tell\\n accept%.*s}"
			  "{%.*s}}\n%s",
			  dir, dir, ARG(exim_forward_held(d, dir, "$recipients")), ARG(after_predata),
			  ARG(predata.n ? predata : SPAN("accept")), dir, ARG(after_local),
			  ARG(not_smtp.n ? not_smtp : SPAN("accept")), chunks ? "" : CHUNKS " =\n");
}

/* BYTES without the lines that set OPTION, up to the first "begin". */
static struct span without(struct draft *d, struct span bytes, const char *name)
{
	struct buf out = BUF_MAX(bytes.n + 1);
	bool main_section = true;
	struct span s;

	for (size_t at = 0; at < bytes.n;) {
		ptrdiff_t end = span_find(bytes, at, '\n');
		struct span line = span_of(bytes.p + at, (end < 0 ? bytes.n : (size_t)end + 1) - at);
		struct span rest = span_trim(line);

		at += line.n;
		main_section &= !span_starts(rest, SPAN("begin "));
		if (!main_section || !span_starts(rest, span_str(name)) ||
		    !span_starts(span_trim(span_from(rest, strlen(name))), SPAN("=")))
			buf_span(&out, line);
	}
	s = arena_span(d->arena, buf_view(&out));
	buf_free(&out);
	return s;
}

static struct span before_begin(struct draft *d, struct span bytes, struct span text)
{
	struct buf out = BUF_MAX(bytes.n + text.n + 2);
	size_t at = 0;
	struct span s;

	while (at < bytes.n && !span_starts(span_from(bytes, at), SPAN("begin "))) {
		ptrdiff_t end = span_find(bytes, at, '\n');

		at = end < 0 ? bytes.n : (size_t)end + 1;
	}
	buf_span(&out, span_head(bytes, at));
	if (out.n && out.p[out.n - 1] != '\n')
		buf_byte(&out, '\n');
	buf_span(&out, text);
	buf_span(&out, span_from(bytes, at));
	s = arena_span(d->arena, buf_view(&out));
	buf_free(&out);
	return s;
}

/*
 * The old value is put between the braces of ${if}. The plain name of an ACL does no harm there; anything
 * else (an expansion, a list of its own) could close them, and then nobody's mail would be taken.
 */
static bool can_wrap(struct span value)
{
	return !value.n || (draft_is_plain_name(value) && span_find(value, 0, '@') < 0);
}

/* CHUNKS: whom it is offered to is set elsewhere, and may not be set twice. */
static void put_hook(struct draft *d, int at, struct span path, struct span bytes, bool there,
		     struct span predata, struct span not_smtp, bool chunks)
{
	struct span text = hook(d, places[at].dir, predata, not_smtp, chunks);
	struct action *v;

	if (there) {
		struct span cut = without(d, without(d, bytes, "acl_smtp_predata"), "acl_not_smtp");

		cut = chunks ? cut : without(d, cut, CHUNKS);
		v = draft_edit(d, path, bytes, before_begin(d, cut, text), 'A');
	} else {
		v = draft_new_file(d, path, text, 'A');
	}
	if (places[at].place == WHOLE) {
		v->args =
			draft_words(d, 4, span_str(places[at].program), SPAN("-C"), SPAN("{}"), SPAN("-bV"));
		v->nargs = 4;
	}
	v->back = draft_words(d, 1, SPAN("reload-exim"));
	v->nback = 1;
	/* hook lines without any sender's file change nothing: they may stay */
	v->lifetime = 0;
	v->what = draft_text(d, "setup: lines in %.*s let Exim hold one sender's mail without a restart",
			     ARG(path));
	v->command = draft_text(d, "edit %.*s as shown, %s, then reload Exim", ARG(path),
				places[at].place == WHOLE ? "check it with exim -C FILE -bV"
							  : "update-exim4.conf");
	v->undo = draft_text(d, "%.*s as it was, and a reload", ARG(path));
}

bool exim_setup(struct draft *d)
{
	int at = find_place(d);
	struct span path, bytes = SPAN_NONE, seen, predata, not_smtp;
	bool there;

	if (!d->facts->exim_spool.n)
		return false;
	if (is_generated(d->facts->panel))
		return exim_panel_setup(d);
	if (at < 0)
		return false;
	path = target(d, at);
	there = draft_read(d, path, &bytes);
	if (span_search(bytes, 0, SPAN("/spamtrail:")) >= 0)
		return true;
	seen = bytes;
	if (places[at].place == DEBIAN && draft_exists(d, SPAN("/var/lib/exim4/config.autogenerated")))
		draft_read(d, SPAN("/var/lib/exim4/config.autogenerated"), &seen);
	predata = option(seen, "acl_smtp_predata");
	not_smtp = option(seen, "acl_not_smtp");
	if (places[at].place == DEBIAN ? predata.n || not_smtp.n
				       : !can_wrap(predata) || !can_wrap(not_smtp)) {
		draft_note(d, "Exim: acl_smtp_predata or acl_not_smtp is used here in a way that setup "
			      "leaves alone");
		return false;
	}
	put_hook(d, at, path, bytes, there, predata, not_smtp,
		 places[at].place == DEBIAN && option(seen, CHUNKS).p && !option(bytes, CHUNKS).p);
	return true;
}

/* VALUE as the configuration's own macro sets it, where it is one. */
static struct span macro(struct span bytes, struct span value)
{
	char name[64];
	struct span set;

	if (!value.n || value.n >= sizeof(name) || value.p[0] < 'A' || value.p[0] > 'Z')
		return value;
	snprintf(name, sizeof(name), "%.*s", (int)value.n, value.p);
	set = option(bytes, name);
	return set.n ? set : value;
}

void exim_tell_frozen(struct draft *d)
{
	int at = find_place(d);
	struct span bytes = SPAN_NONE, thaw, end;

	if (at < 0)
		return;
	if (places[at].place == WHOLE || !draft_read(d, SPAN("/var/lib/exim4/config.autogenerated"), &bytes))
		draft_read(d, span_str(places[at].file), &bytes);
	thaw = macro(bytes, option(bytes, "auto_thaw"));
	end = macro(bytes, option(bytes, "timeout_frozen_after"));
	if (thaw.n && thaw.p[0] != '0')
		draft_note(d,
			   "Exim has auto_thaw = %.*s: what is only frozen (local mail of an account that is "
			   "closed, or all "
			   "where exim has no -MG) goes out again after that; set it to 0s",
			   ARG(thaw));
	if (end.n && end.p[0] != '0')
		draft_note(d,
			   "Exim has timeout_frozen_after = %.*s: what is only frozen is given up after "
			   "that, with a bounce; "
			   "what lies in the queue \"spamtrail\" is not",
			   ARG(end));
}

/* The file that closes KEY, in a plan where the hook lines are; NULL: it cannot be, or is there and STATE says so. */
static struct action *key_file(struct draft *d, const struct culprit *c, struct span key, const char *text,
			       const char *state)
{
	int at = find_place(d);
	const char *dir = exim_panel_dir(d) ? exim_panel_dir(d) : at < 0 ? NULL : places[at].dir;
	struct span path;
	struct action *v;

	if (!dir || !exim_setup(d))
		return NULL;
	path = draft_text(d, "%s/spamtrail:%.*s", dir, ARG(key));
	if (draft_exists(d, path)) {
		draft_already(d, "Exim: %.*s is there: %s already", ARG(path), state);
		return NULL;
	}
	v = draft_new_file(d, path, span_str(text), c->grade);
	v->command = draft_text(d, "touch '%.*s'", ARG(path));
	v->undo = draft_text(d, "rm '%.*s'", ARG(path));
	return v;
}

static void close_by_file(struct draft *d, const struct culprit *c, struct span key, const char *how)
{
	struct action *v =
		key_file(d, c, key, "This sender's mail waits: spamtrail history\n", "he may not send");

	if (v)
		v->what = draft_text(
			d, "Exim takes %.*s's mail and %s: he may not send, may still receive and log in",
			ARG(c->kind == KIND_AUTH ? c->id : c->account), how);
}

/* Lines of an older setup ask for no recipient. */
static bool asks_recipients(struct draft *d)
{
	const char *point = exim_panel_point(d);
	int at = find_place(d);
	struct span bytes = SPAN_NONE;

	if (point || at >= 0)
		draft_read(d, point ? span_str(point) : target(d, at), &bytes);
	return span_search(bytes, 0, SPAN("/spamtrail:to:")) >= 0;
}

/* Where SMTP is asked before the data only, and BDAT is offered all the same. */
static void tell_chunks(struct draft *d)
{
	const char *conf = exim_panel_conf(d);
	int at = find_place(d);
	struct span bytes = SPAN_NONE, hosts;

	if (exim_panel_dir(d) ? !conf || !draft_read(d, span_str(conf), &bytes)
			      : at < 0 || !draft_read(d, target(d, at), &bytes))
		return;
	hosts = option(bytes, CHUNKS);
	if (!hosts.p && !conf && places[at].place == DEBIAN &&
	    draft_read(d, SPAN("/var/lib/exim4/config.autogenerated"), &bytes))
		hosts = option(bytes, CHUNKS);
	if (!hosts.p || span_eq(hosts, SPAN("*")))
		draft_note(d,
			   "Exim: who sends by BDAT is not asked and not held here: set " CHUNKS
			   " to nothing%.*s",
			   ARG(conf ? SPAN("")
				    : draft_text(d, " (or spamtrail setup --remove%.*s, and then this again)",
						 ARG(d->want->again[PLAN_SAY_SETUP]))));
}

void exim_close_login(struct draft *d, const struct culprit *c)
{
	if (!d->facts->exim_spool.n)
		return;
	if (!draft_is_plain_name(c->id)) {
		draft_note(d, "Exim: the login %.*s has characters that make no file name: lock its password",
			   ARG(c->id));
		return;
	}
	/* the hook asks by ${lc:}: Info@ and info@ are one login */
	close_by_file(d, c, draft_lower(d, c->id), "keeps it in the queue \"spamtrail\"");
	tell_chunks(d);
}

void exim_close_user(struct draft *d, const struct culprit *c)
{
	if (!d->facts->exim_spool.n || c->uid == PLAN_NO_UID)
		return;
	close_by_file(d, c, draft_text(d, "uid:%u", c->uid), "freezes it");
	exim_tell_frozen(d);
}

void exim_close_forward(struct draft *d, const struct culprit *c)
{
	struct action *v;

	if (!d->facts->exim_spool.n)
		return;
	if (!draft_is_address(c->id)) {
		draft_note(d, "Exim: the address %.*s has characters that make no file name", ARG(c->id));
		return;
	}
	if (!exim_setup(d))
		return;
	if (!asks_recipients(d)) {
		draft_note(d,
			   "Exim: the hook lines are an older setup's, which ask for no recipient: spamtrail "
			   "setup --remove, and then this again");
		return;
	}
	v = key_file(d, c, draft_text(d, "to:%.*s", ARG(draft_lower(d, c->id))),
		     "What comes from outside for this address waits: spamtrail history\n",
		     "its mail is held");
	if (v)
		v->what = draft_text(d,
				     "Exim takes what comes from outside for %.*s and keeps it in the queue "
				     "\"spamtrail\": nothing of it is sent on",
				     ARG(c->id));
	tell_chunks(d);
}
