/*
 * panel - what a panel does itself: hold one account's or one mailbox's outgoing mail. A new one is a row.
 *
 * Interfaces as their documentation has them; none has been seen on a real panel yet (README). Hestia's own scripts of August 2026
 * were run without the panel around them: they end with 5 where it is suspended already, with 6 where it is not, and back is
 * the line of its passwd file but for its place. Where a panel has no row
 * the mail server's own door is closed.
 *
 * "hold" where a panel has both: held mail waits and can be let go, suspended mail is refused.
 *
 * TRUST: account and login come from logs and become words of a program: none but plain names get here, and
 * the actor holds each word against its own table (act/programs.c).
 */
#include "plan/door.h"

#include "plan/draft.h"
#include "plan/passwd.h"
#include "sys/beneath.h"

enum word { END, LITERAL, ACCOUNT, LOGIN, USER_PART, DOMAIN_PART };

struct part {
	enum word word;
	const char *before;
};

#define PARTS 8

/* A mailbox is a login with a domain. */
enum deed { HOLD_ACCOUNT, HOLD_MAILBOX, LOCK_MAILBOX };

static const struct row_of {
	const char *panel, *what; /* what it does to him */
	enum deed deed;
	const char *program;
	struct part args[PARTS], back[PARTS];
} rows[] = {
	{ "cPanel",
	  "holds what he sends elsewhere",
	  HOLD_ACCOUNT,
	  "/usr/local/cpanel/bin/whmapi1",
	  { { LITERAL, "--output=json" }, { LITERAL, "hold_outgoing_email" }, { ACCOUNT, "user=" } },
	  { { LITERAL, "--output=json" }, { LITERAL, "release_outgoing_email" }, { ACCOUNT, "user=" } } },
	{ "cPanel",
	  "holds what he sends elsewhere",
	  HOLD_MAILBOX,
	  "/usr/local/cpanel/bin/uapi",
	  { { LITERAL, "--output=json" },
	    { ACCOUNT, "--user=" },
	    { LITERAL, "Email" },
	    { LITERAL, "hold_outgoing" },
	    { LOGIN, "email=" } },
	  { { LITERAL, "--output=json" },
	    { ACCOUNT, "--user=" },
	    { LITERAL, "Email" },
	    { LITERAL, "release_outgoing" },
	    { LOGIN, "email=" } } },
	{ "cPanel",
	  "lets nobody log in with his password; mail still comes in",
	  LOCK_MAILBOX,
	  "/usr/local/cpanel/bin/uapi",
	  { { LITERAL, "--output=json" },
	    { ACCOUNT, "--user=" },
	    { LITERAL, "Email" },
	    { LITERAL, "suspend_login" },
	    { LOGIN, "email=" } },
	  { { LITERAL, "--output=json" },
	    { ACCOUNT, "--user=" },
	    { LITERAL, "Email" },
	    { LITERAL, "unsuspend_login" },
	    { LOGIN, "email=" } } },
	{ "Hestia",
	  "suspends the mailbox: no login, mail still comes in",
	  HOLD_MAILBOX,
	  "/usr/local/hestia/bin/v-suspend-mail-account",
	  { { ACCOUNT, "" }, { DOMAIN_PART, "" }, { USER_PART, "" } },
	  { { ACCOUNT, "" }, { DOMAIN_PART, "" }, { USER_PART, "" } } },
	{ "Plesk",
	  "lets him send no message (outgoing mail control must be on); back, it is the domain's own limit",
	  HOLD_MAILBOX,
	  "/usr/sbin/plesk",
	  { { LITERAL, "bin" },
	    { LITERAL, "mail" },
	    { LITERAL, "--update" },
	    { LOGIN, "" },
	    { LITERAL, "-outgoing-messages-mbox-limit" },
	    { LITERAL, "0" } },
	  { { LITERAL, "bin" },
	    { LITERAL, "mail" },
	    { LITERAL, "--update" },
	    { LOGIN, "" },
	    { LITERAL, "-outgoing-messages-mbox-limit" },
	    { LITERAL, "default" } } },
};

static struct span word_of(struct draft *d, const struct culprit *c, const struct part *p)
{
	ptrdiff_t at = span_find(c->id, 0, '@');
	struct span s = c->id;

	switch (p->word) {
	case ACCOUNT:
		s = c->account;
		break;
	case LOGIN:
		break;
	case USER_PART:
		s = span_head(c->id, at < 0 ? c->id.n : (size_t)at);
		break;
	case DOMAIN_PART:
		s = at < 0 ? SPAN_NONE : span_from(c->id, (size_t)at + 1);
		break;
	case LITERAL:
	case END:
		return span_str(p->before);
	}
	return draft_text(d, "%s%.*s", p->before, ARG(s));
}

static struct span *words_of(struct draft *d, const struct culprit *c, const char *program,
			     const struct part *parts, size_t *ret_n)
{
	struct span *words = arena_alloc(d->arena, (PARTS + 1) * sizeof(*words));
	size_t n = 0;

	words[n++] = span_str(program);
	for (size_t i = 0; i < PARTS && parts[i].word != END; i++)
		words[n++] = word_of(d, c, &parts[i]);
	*ret_n = n;
	return words;
}

static struct span joined(struct draft *d, const struct span *words, size_t n)
{
	struct span s = SPAN_NONE;

	for (size_t i = 0; i < n; i++)
		s = draft_text(d, "%.*s%s%.*s", ARG(s), i ? " " : "", ARG(words[i]));
	return s;
}

/* "user" or "user:time" on a line of its own. */
static bool is_listed(struct span list, struct span name)
{
	for (size_t at = 0; at < list.n;)
		if (span_eq(passwd_field(passwd_line(list, &at), 0), name))
			return true;
	return false;
}

/* WHO on a line of his own at the end of DirectAdmin's list PATH. */
static struct action *directadmin_list(struct draft *d, const struct culprit *c, struct span path,
				       struct span who)
{
	struct span bytes = SPAN_NONE, text;
	bool there = draft_read(d, path, &bytes);
	struct action *v;
	struct buf more;

	if (is_listed(bytes, who)) {
		draft_already(d, "DirectAdmin refuses mail of %.*s already", ARG(who));
		return NULL;
	}
	more = BUF_MAX(bytes.n + who.n + 2);
	/* the whole list, however long: what is left out here would be lost to everybody on it */
	buf_span(&more, bytes);
	if (bytes.n && bytes.p[bytes.n - 1] != '\n')
		buf_byte(&more, '\n');
	buf_span(&more, who);
	buf_byte(&more, '\n');
	text = arena_span(d->arena, buf_view(&more));
	buf_free(&more);
	v = there ? draft_edit(d, path, bytes, text, c->grade) : draft_new_file(d, path, text, c->grade);
	v->what = draft_text(d, "DirectAdmin refuses mail that %s%.*s sends",
			     c->kind == KIND_SCRIPT ? "a script of " : "", ARG(who));
	v->command = draft_text(d, "echo %.*s >>%.*s", ARG(who), ARG(path));
	return v;
}

/* An exim.conf before SpamBlocker 4.4.6 asks no list of logins: there a limit must do. */
static struct action *directadmin_limit(struct draft *d, const struct culprit *c)
{
	ptrdiff_t at = span_find(c->id, 0, '@');
	struct span folder = draft_text(d, "/etc/virtual/%.*s/limit", ARG(span_from(c->id, (size_t)at + 1)));
	struct span path = draft_text(d, "%.*s/%.*s", ARG(folder), ARG(span_head(c->id, (size_t)at)));
	struct span bytes = SPAN_NONE;
	struct file_status st;
	struct action *v;

	if (!d->io->status(d->io->host.ctx, folder, &st)) {
		draft_note(d, "DirectAdmin keeps no limits for mailboxes in %.*s: set one there for %.*s",
			   ARG(folder), ARG(c->id));
		return NULL;
	}
	if (!draft_exists(d, SPAN("/etc/virtual/user_limit")))
		draft_note(d, "DirectAdmin counts what a mailbox sends only where /etc/virtual/user_limit is "
			      "there: echo 100 >/etc/virtual/user_limit");
	v = draft_read(d, path, &bytes) ? draft_edit(d, path, bytes, SPAN("1\n"), c->grade)
					: draft_new_file(d, path, SPAN("1\n"), c->grade);
	v->what = draft_text(d, "DirectAdmin lets %.*s send one message a day", ARG(c->id));
	v->command = draft_text(d, "echo 1 >%.*s", ARG(path));
	return v;
}

/* DirectAdmin has no command: its mail server asks lists of names at each message. */
static bool directadmin(struct draft *d, const struct culprit *c, bool mailbox)
{
	const struct span logins = SPAN("/etc/virtual/blacklist_smtp_usernames");
	struct span exim = SPAN_NONE;
	struct action *v;

	if (!mailbox)
		/* a script's mail has a list of its own: the account's mailboxes go on sending */
		v = directadmin_list(d, c,
				     c->kind == KIND_SCRIPT ? SPAN("/etc/virtual/blacklist_script_usernames")
							    : SPAN("/etc/virtual/blacklist_usernames"),
				     c->account);
	else if (draft_read(d, SPAN("/etc/exim.conf"), &exim) && span_search(exim, 0, logins) >= 0)
		v = directadmin_list(d, c, logins, c->id);
	else
		v = directadmin_limit(d, c);
	if (v)
		v->undo = draft_text(d, "%.*s as it was", ARG(v->path));
	return true;
}

/* As Hestia's own record of the mailbox says. */
static bool hestia_has_suspended(struct draft *d, const struct culprit *c)
{
	ptrdiff_t at = span_find(c->id, 0, '@');
	struct span bytes = SPAN_NONE, key;
	bool is = false;

	if (at < 0 || !draft_read(d,
				  draft_text(d, "/usr/local/hestia/data/users/%.*s/mail/%.*s.conf",
					     ARG(c->account), ARG(span_from(c->id, (size_t)at + 1))),
				  &bytes))
		return false;
	key = draft_text(d, "ACCOUNT='%.*s' ", ARG(span_head(c->id, (size_t)at)));
	for (size_t i = 0; i < bytes.n && !is;) {
		struct span line = passwd_line(bytes, &i);

		is = span_starts(line, key) && span_search(line, 0, SPAN(" SUSPENDED='yes'")) > 0;
	}
	return is;
}

static bool cpanel_holds(struct draft *d, struct span who)
{
	static const char *const lists[] = { "/etc/outgoing_mail_hold_users",
					     "/etc/outgoing_mail_suspended_users" };
	struct span bytes;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (draft_read(d, span_str(lists[i]), &bytes) && is_listed(bytes, who))
			return true;
	return false;
}

/* By somebody else, or by us: once more would be nothing, and its undo would let go what is not ours. */
static bool is_done_already(struct draft *d, const struct culprit *c, enum deed deed)
{
	struct span who = deed == HOLD_ACCOUNT ? c->account : c->id;
	bool cpanel = span_eq(d->facts->panel, SPAN("cPanel")) && deed != LOCK_MAILBOX;
	bool hestia = span_eq(d->facts->panel, SPAN("Hestia"));
	bool is = (cpanel && cpanel_holds(d, who)) || (hestia && hestia_has_suspended(d, c));

	if (is)
		draft_already(d, "%.*s stops %.*s already", ARG(d->facts->panel), ARG(who));
	return is;
}

/* What the panel has for DEED; false: nothing. */
static bool by_program(struct draft *d, const struct culprit *c, enum deed deed)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		/* cPanel takes a hold back by another word, Hestia by another program */
		const char *back = rows[i].program;
		struct action *v;

		if (!span_eq(d->facts->panel, span_str(rows[i].panel)) || rows[i].deed != deed)
			continue;
		if (is_done_already(d, c, deed))
			return true;
		if (span_eq(d->facts->panel, SPAN("Hestia")))
			back = "/usr/local/hestia/bin/v-unsuspend-mail-account";
		v = draft_action(d, ACTION_COMMAND, c->grade);
		v->args = words_of(d, c, rows[i].program, rows[i].args, &v->nargs);
		v->back = words_of(d, c, back, rows[i].back, &v->nback);
		v->what = draft_text(d, "%.*s, for %.*s: %s", ARG(d->facts->panel),
				     ARG(deed == HOLD_ACCOUNT ? c->account : c->id), rows[i].what);
		v->command = joined(d, v->args, v->nargs);
		v->undo = joined(d, v->back, v->nback);
		return true;
	}
	return false;
}

/* A panel's words are made of plain names only. */
static bool is_plain(const struct culprit *c, bool mailbox)
{
	return draft_is_plain_name(c->account) && (!mailbox || draft_is_plain_name(c->id));
}

bool panel_close(struct draft *d, const struct culprit *c)
{
	bool mailbox = c->kind == KIND_AUTH && span_find(c->id, 0, '@') > 0;

	/* false leaves him to the mail server's own door, which says what it cannot do */
	if (!is_plain(c, mailbox))
		return false;
	/* setup's lines in its include points hold; its own lists refuse */
	if (span_eq(d->facts->panel, SPAN("DirectAdmin")) && exim_panel_ready(d))
		return false;
	if (span_eq(d->facts->panel, SPAN("DirectAdmin")))
		return directadmin(d, c, mailbox);
	return by_program(d, c, mailbox ? HOLD_MAILBOX : HOLD_ACCOUNT);
}

bool panel_lock(struct draft *d, const struct culprit *c)
{
	return span_find(c->id, 0, '@') > 0 && is_plain(c, true) && by_program(d, c, LOCK_MAILBOX);
}
