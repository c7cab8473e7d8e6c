/*
 * mailbox - a stolen password is locked, its logins are ended, and every other credential of the account is listed with
 * the command that changes it. A new password is the operator's own step: nobody could take it back.
 *
 * Seen on Dovecot 2.3: a "!" before the password in a passwd-file refuses every password, keeps the hash for the way
 * back and goes on finding the mailbox for delivery.
 *
 * Dovecot 2.3 documentation, "Passwd-file"; shadow(5). Where nothing is found, the operator is told so, with
 * the command for it: a password that is stored elsewhere stays as good as it was.
 *
 * TRUST: these files are root's, but customers choose names in them; the login is what logs said. It goes
 * into a path where %u asks for it: a file is edited only where the login has a line in it, and only where
 * the actor's own list of places allows it.
 */
#include "plan/door.h"

#include "plan/draft.h"

#include "base/civil.h"
#include "host/accounts.h"
#include "sys/beneath.h"

#include <sys/stat.h>

#define FILES_MOST 16
/* of credentials: a longer list is not read */
#define LINES_MOST 50

static struct span next_line(struct span bytes, size_t *at)
{
	ptrdiff_t end = span_find(bytes, *at, '\n');
	struct span line = span_of(bytes.p + *at, (end < 0 ? bytes.n : (size_t)end + 1) - *at);

	*at += line.n;
	return line;
}

/* %u %n %d in a path of a passwd-file. */
static struct span expand(struct draft *d, struct span path, struct span login)
{
	ptrdiff_t at = span_find(login, 0, '@');
	struct buf out = BUF_MAX(4096);
	struct span s;

	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] != '%' || i + 1 == path.n) {
			buf_byte(&out, path.p[i]);
			continue;
		}
		i++;
		if (path.p[i] == 'u')
			buf_span(&out, login);
		else if (path.p[i] == 'n')
			buf_span(&out, at < 0 ? login : span_head(login, (size_t)at));
		else if (path.p[i] == 'd')
			buf_span(&out, at < 0 ? SPAN_NONE : span_from(login, (size_t)at + 1));
	}
	s = arena_span(d->arena, buf_view(&out));
	buf_free(&out);
	return s;
}

/* The files that "driver = passwd-file" and "args = ... /PATH" of one configuration file name. */
static size_t passwd_files(struct draft *d, struct span path, struct span login, struct span *list, size_t n)
{
	struct span bytes;
	bool passwd_file = false;

	if (!draft_read(d, path, &bytes))
		return n;
	for (size_t at = 0; at < bytes.n;) {
		struct span line = span_trim(next_line(bytes, &at));
		ptrdiff_t slash;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (span_starts(line, SPAN("driver")))
			passwd_file = span_search(line, 0, SPAN("passwd-file")) >= 0;
		/* the path is the last word of args, behind scheme= and username_format= */
		slash = span_find(line, 0, '/');
		if (!passwd_file || !span_starts(line, SPAN("args")) || slash < 0 || n == FILES_MOST)
			continue;
		list[n] = expand(d, span_from(line, (size_t)slash), login);
		for (size_t i = 0; i < n; i++)
			if (span_eq(list[i], list[n]))
				goto known;
		n++;
	known:;
	}
	return n;
}

/* LOGIN's line in a file of name:password:...; *RET_AT: where its password begins. */
static bool find_line(struct span bytes, struct span login, size_t *ret_at, struct span *ret_password)
{
	for (size_t at = 0; at < bytes.n;) {
		size_t start = at;
		struct span line = next_line(bytes, &at);
		ptrdiff_t colon = span_find(line, 0, ':');
		struct span rest;
		ptrdiff_t end;

		/* Dovecot folds a login's letters before it looks here (auth_username_format = %Lu) */
		if (colon < 0 || !span_eq_nocase(span_head(line, (size_t)colon), login))
			continue;
		rest = span_from(line, (size_t)colon + 1);
		end = span_find(rest, 0, ':');
		*ret_at = start + (size_t)colon + 1;
		*ret_password = span_trim(end < 0 ? rest : span_head(rest, (size_t)end));
		return true;
	}
	return false;
}

static bool lock_in(struct draft *d, const struct culprit *c, struct span path)
{
	struct span bytes, password;
	struct buf changed;
	struct action *v;
	size_t at;

	if (!draft_read(d, path, &bytes) || !find_line(bytes, c->id, &at, &password))
		return false;
	if (span_starts(password, SPAN("!"))) {
		draft_note(d, "the password of %.*s in %.*s is locked already", ARG(c->id), ARG(path));
		return true;
	}
	changed = BUF_MAX(bytes.n + 1);
	buf_span(&changed, span_head(bytes, at));
	buf_byte(&changed, '!');
	buf_span(&changed, span_from(bytes, at));
	v = draft_edit(d, path, bytes, arena_span(d->arena, buf_view(&changed)), c->grade);
	buf_free(&changed);
	v->mode = 0640;
	v->what = draft_text(d, "the password of %.*s is locked in %.*s; his mail still comes in", ARG(c->id),
			     ARG(path));
	/* a login is the suspect's own spelling: what a shell or sed would read as more than letters is not offered */
	v->command = draft_is_plain_name(c->id)
			     ? draft_text(d, "sed -i 's/^%.*s:/&!/' %.*s", ARG(c->id), ARG(path))
			     : draft_text(d, "vi %.*s", ARG(path));
	v->undo = draft_text(d, "%.*s as it was", ARG(path));
	return true;
}

static void end_logins(struct draft *d, const struct culprit *c)
{
	struct action *v;

	if (!draft_exists(d, SPAN("/usr/bin/doveadm")) || !draft_is_plain_name(c->id))
		return;
	v = draft_action(d, ACTION_END_LOGIN, c->grade);
	v->args = draft_words(d, 2, SPAN("imap"), c->id);
	v->nargs = 2;
	v->what = draft_text(d, "open mailbox sessions of %.*s end", ARG(c->id));
	v->command = draft_text(d, "doveadm kick %.*s", ARG(c->id));
}

void mailbox_lock(struct draft *d, const struct culprit *c)
{
	struct span files[FILES_MOST + 1], *names;
	size_t n = passwd_files(d, SPAN("/etc/dovecot/dovecot.conf"), c->id, files, 0);
	size_t many = d->io->host.list(d->io->host.ctx, d->arena, SPAN("/etc/dovecot/conf.d"), &names);
	bool locked = false;

	for (size_t i = 0; i < many; i++)
		n = passwd_files(d, draft_text(d, "/etc/dovecot/conf.d/%.*s", ARG(names[i])), c->id, files,
				 n);
	for (size_t i = 0; i < n; i++)
		locked |= lock_in(d, c, files[i]);
	/* only a locked password keeps out whom we throw out: else he would be back at once */
	if (locked)
		end_logins(d, c);
	else
		draft_apart(d,
			    "the password of %.*s lies in no file that is known here: change it (where SMTP "
			    "AUTH is "
			    "Cyrus': saslpasswd2 %.*s)",
			    ARG(c->id), ARG(draft_quoted(d, c->id)));
}

/* --- what else he may know -------------------------------------------------------------------- */

static struct span day(struct draft *d, int64_t utc)
{
	struct civil c;

	if (utc <= 0)
		return SPAN("unknown");
	civil_split(utc, &c);
	return draft_text(d, "%04d-%02u-%02u", (int)c.year, (unsigned)c.month, (unsigned)c.day);
}

static void list_shell(struct draft *d, const struct culprit *c)
{
	struct span bytes, line, field;
	uint64_t days = 0;
	size_t at;

	if (draft_read(d, SPAN("/etc/shadow"), &bytes) && find_line(bytes, c->account, &at, &line)) {
		ptrdiff_t colon = span_find(bytes, at, ':');

		/* shadow(5): behind the password, days since 1970 */
		field = colon < 0 ? SPAN_NONE : span_from(bytes, (size_t)colon + 1);
		colon = span_find(field, 0, ':');
		field = colon < 0 ? SPAN_NONE : span_head(field, (size_t)colon);
		if (!span_u64(field, &days))
			days = 0;
		draft_apart(d, "shell password of %.*s, last changed %.*s%s: passwd %.*s", ARG(c->account),
			    ARG(day(d, (int64_t)days * 86400)),
			    span_starts(line, SPAN("!")) || span_starts(line, SPAN("*")) ? " (locked)" : "",
			    ARG(c->account));
	}
}

static void list_file(struct draft *d, struct span path, const char *what, const char *command)
{
	struct file_status st;

	if (d->io->status(d->io->host.ctx, path, &st) && S_ISREG(st.mode))
		draft_apart(d, "%s in %.*s, last changed %.*s: %s", what, ARG(path), ARG(day(d, st.mtime)),
			    command);
}

static void list_mailboxes(struct draft *d, const struct culprit *c)
{
	struct span files[FILES_MOST + 1], bytes;
	/* a path with %d differs from mailbox to mailbox; here only those are found that have none */
	struct span any = draft_text(d, "%.*s@%.*s", ARG(c->account), ARG(c->account));
	size_t n = passwd_files(d, SPAN("/etc/dovecot/dovecot.conf"), any, files, 0), listed = 0;
	uint32_t own = accounts_by_name(d->facts->accounts, c->account);

	for (size_t i = 0; i < n; i++) {
		struct file_status st;

		if (!draft_read(d, files[i], &bytes) || !d->io->status(d->io->host.ctx, files[i], &st))
			continue;
		for (size_t at = 0; at < bytes.n && listed < LINES_MOST;) {
			struct span line = next_line(bytes, &at);
			ptrdiff_t colon = span_find(line, 0, ':'), sign;
			struct span name = colon < 0 ? SPAN_NONE : span_head(line, (size_t)colon);

			sign = span_rfind(name, '@');
			if (sign < 0 || (accounts_by_domain(d->facts->accounts,
							    span_from(name, (size_t)sign + 1), true) != own &&
					 span_search(line, 0, draft_text(d, ":%.*s:", ARG(c->home))) < 0))
				continue;
			draft_apart(d,
				    "mailbox %.*s in %.*s (file last changed %.*s): doveadm pw, and the new "
				    "hash in its "
				    "place",
				    ARG(name), ARG(files[i]), ARG(day(d, st.mtime)));
			listed++;
		}
	}
}

static void list_sites(struct draft *d, const struct culprit *c)
{
	for (size_t i = 0, n = 0; i < d->facts->nsites && n < LINES_MOST; i++) {
		struct span root = d->facts->sites[i].docroot;

		if (!c->home.n || !span_starts(root, c->home))
			continue;
		list_file(d, draft_text(d, "%.*s/wp-config.php", ARG(root)),
			  "WordPress: admins and the database password",
			  "wp user list --role=administrator; wp user reset-password; wp config set "
			  "DB_PASSWORD");
		list_file(d, draft_text(d, "%.*s/configuration.php", ARG(root)),
			  "Joomla: admins and the database password",
			  "its administration, Users; $password in that file");
		n++;
	}
}

void credentials_list(struct draft *d, const struct culprit *c)
{
	struct culprit whose = *c;
	uint32_t index = accounts_by_name(d->facts->accounts, c->account);

	if (index == ACCOUNT_NONE || c->shared)
		return;
	whose.home = accounts_get(d->facts->accounts, index)->home;
	list_mailboxes(d, &whose);
	list_shell(d, &whose);
	if (whose.home.n > 1) {
		list_file(d, draft_text(d, "%.*s/.ssh/authorized_keys", ARG(whose.home)), "ssh keys",
			  "take out what the customer does not know");
		list_file(d, draft_text(d, "%.*s/public_html/wp-config.php", ARG(whose.home)),
			  "WordPress: admins and the database password",
			  "wp user list --role=administrator; wp user reset-password; wp config set "
			  "DB_PASSWORD");
	}
	list_sites(d, &whose);
	list_file(d, SPAN("/etc/proftpd/ftpd.passwd"), "FTP users",
		  "ftpasswd --passwd --file=FILE --name=USER --change-password");
	list_file(d, SPAN("/etc/pure-ftpd/pureftpd.passwd"), "FTP users", "pure-pw passwd USER -m");
	if (d->facts->panel.n)
		draft_apart(d, "the password of %.*s in %.*s: its user administration", ARG(c->account),
			    ARG(d->facts->panel));
}
