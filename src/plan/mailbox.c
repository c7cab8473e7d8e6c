/*
 * mailbox - a stolen password is locked, and its logins are ended. A new password is the operator's own step: nobody could
 * take it back.
 *
 * Seen on Dovecot 2.3: a "!" before the password in a passwd-file refuses every password, keeps the hash for the way
 * back and goes on finding the mailbox for delivery.
 *
 * Dovecot 2.3 documentation, "Passwd-file"; shadow(5); panels: the files that their own mail servers read, a row each. Where
 * nothing is found, the operator is told so, with the command for it: a password that is stored elsewhere (SQL, LDAP,
 * Plesk's own database) stays as good as it was.
 *
 * TRUST: these files are root's, but customers choose names in them; the login is what logs said. It goes
 * into a path where %u asks for it: a file is edited only where the login has a line in it, and only where
 * the actor's own list of places allows it.
 */
#include "plan/door.h"

#include "base/lower.h"
#include "plan/draft.h"
#include "plan/passwd.h"
#include "sys/beneath.h"

/* A file of "name:password:..." and the name that a login has in it. */
struct box {
	struct span path, name;
	bool home; /* it lies in the account's home */
};

static void add_part(struct buf *out, struct span part, bool lower)
{
	for (size_t i = 0; i < part.n; i++)
		buf_byte(out, lower ? char_lower(part.p[i]) : part.p[i]);
}

/* %u %n %d in a path of a passwd-file or a name's format, with an L in small letters. */
static struct span expand(struct draft *d, struct span path, struct span login)
{
	ptrdiff_t at = span_find(login, 0, '@');
	struct buf out = BUF_MAX(4096);
	struct span s;
	bool lower;

	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] != '%' || i + 1 == path.n) {
			buf_byte(&out, path.p[i]);
			continue;
		}
		lower = path.p[++i] == 'L' && i + 1 < path.n;
		i += lower;
		if (path.p[i] == 'u')
			add_part(&out, login, lower);
		else if (path.p[i] == 'n')
			add_part(&out, at < 0 ? login : span_head(login, (size_t)at), lower);
		else if (path.p[i] == 'd')
			add_part(&out, at < 0 ? SPAN_NONE : span_from(login, (size_t)at + 1), lower);
	}
	s = arena_span(d->arena, buf_view(&out));
	buf_free(&out);
	return s;
}

/* The name that a file has for LOGIN, as the words before its path say. */
static struct span name_in(struct draft *d, struct span words, struct span login)
{
	const struct span key = SPAN("username_format=");
	ptrdiff_t at = span_search(words, 0, key), end;
	struct span format;

	if (at < 0)
		return login;
	format = span_from(words, (size_t)at + key.n);
	end = span_find(format, 0, ' ');
	format = end < 0 ? format : span_head(format, (size_t)end);
	/* Dovecot 2.4 spells it %{user} */
	return format.n && span_find(format, 0, '{') < 0 ? expand(d, format, login) : login;
}

static bool is_known(const struct box *list, size_t n, struct span path)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(list[i].path, path))
			return true;
	return false;
}

/* The files that "driver = passwd-file" and "args = ... /PATH" of one configuration file name. */
static size_t passwd_files(struct draft *d, struct span path, struct span login, struct box *list, size_t n)
{
	struct span bytes;
	bool passwd_file = false;

	if (!draft_read(d, path, &bytes))
		return n;
	for (size_t at = 0; at < bytes.n;) {
		struct span line = span_trim(passwd_line(bytes, &at)), file;
		ptrdiff_t slash;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (span_starts(line, SPAN("driver")))
			passwd_file = span_search(line, 0, SPAN("passwd-file")) >= 0;
		/* the path is the last word of args, behind scheme= and username_format= */
		slash = span_find(line, 0, '/');
		if (!passwd_file || !span_starts(line, SPAN("args")) || slash < 0 || n == MAILBOX_FILES)
			continue;
		file = expand(d, span_from(line, (size_t)slash), login);
		if (!is_known(list, n, file))
			list[n++] = (struct box){ .path = file,
						  .name = name_in(d, span_head(line, (size_t)slash), login) };
	}
	return n;
}

/* The value of the last "auth_username_format" in a configuration file, or FORMAT. */
static struct span format_in(struct draft *d, struct span path, struct span format)
{
	const struct span key = SPAN("auth_username_format");
	struct span bytes;

	if (!draft_read(d, path, &bytes))
		return format;
	for (size_t at = 0; at < bytes.n;) {
		struct span line = span_trim(passwd_line(bytes, &at));
		ptrdiff_t equals = span_find(line, 0, '=');

		if (equals > 0 && span_eq(span_trim(span_head(line, (size_t)equals)), key))
			format = span_trim(span_from(line, (size_t)equals + 1));
	}
	return format;
}

/*
 * The name that Dovecot looks LOGIN up by. In small letters unless it is told otherwise, and compared byte by byte: a line
 * "ALICE" before that of "alice" is nobody's (seen on 2.3.19).
 */
static struct span looked_up(struct draft *d, struct span login)
{
	struct span *names, format = format_in(d, SPAN("/etc/dovecot/dovecot.conf"), SPAN("%Lu"));
	size_t n = d->io->host.list(d->io->host.ctx, d->arena, SPAN("/etc/dovecot/conf.d"), &names);

	for (size_t i = 0; i < n; i++)
		format = format_in(d, draft_text(d, "/etc/dovecot/conf.d/%.*s", ARG(names[i])), format);
	/* Dovecot 2.4 spells it %{user | lower} */
	if (span_find(format, 0, '{') >= 0)
		format = SPAN("%Lu");
	return format.n ? expand(d, format, login) : login;
}

/* Only what the actor will take: the administrator's or a service's file, in a home the account's own. */
static bool is_takeable(struct draft *d, const struct culprit *c, const struct box *b)
{
	struct file_status st;

	return !b->home || (d->io->status(d->io->host.ctx, b->path, &st) && st.uid == c->uid);
}

static bool lock_in(struct draft *d, const struct culprit *c, const struct box *b)
{
	struct span bytes, password;
	struct action *v;
	size_t at;

	if (!draft_read(d, b->path, &bytes) || !passwd_find(bytes, b->name, &at, &password))
		return false;
	/* the gate of `report` finds both sentences by the login they begin with */
	if (passwd_is_locked(password)) {
		draft_already(d, "the password of %.*s in %.*s is locked already", ARG(c->id), ARG(b->path));
		return true;
	}
	if (!is_takeable(d, c, b)) {
		draft_note(d, "%.*s belongs to somebody else than %.*s: left alone", ARG(b->path),
			   ARG(c->account));
		return false;
	}
	v = draft_edit(d, b->path, bytes, passwd_locked(d->arena, bytes, &at, 1), c->grade);
	v->mode = 0640;
	if (b->home) {
		v->base = c->home;
		v->uid = c->uid;
	}
	v->what = draft_text(d, "the password of %.*s is locked in %.*s; his mail still comes in", ARG(c->id),
			     ARG(b->path));
	/* a login is the suspect's own spelling: what a shell or sed would read as more than letters is not offered */
	v->command = draft_is_plain_name(b->name)
			     ? draft_text(d, "sed -i 's/^%.*s:/&!/' %.*s", ARG(b->name), ARG(b->path))
			     : draft_text(d, "vi %.*s", ARG(b->path));
	v->undo = draft_text(d, "%.*s as it was", ARG(b->path));
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

static size_t configured(struct draft *d, struct span login, struct box *list)
{
	struct span *names;
	size_t n = passwd_files(d, SPAN("/etc/dovecot/dovecot.conf"), login, list, 0);
	size_t many = d->io->host.list(d->io->host.ctx, d->arena, SPAN("/etc/dovecot/conf.d"), &names);

	for (size_t i = 0; i < many; i++)
		n = passwd_files(d, draft_text(d, "/etc/dovecot/conf.d/%.*s", ARG(names[i])), login, list, n);
	return n;
}

size_t mailbox_files(struct draft *d, struct span login, struct span files[MAILBOX_FILES])
{
	struct box list[MAILBOX_FILES];
	size_t n = configured(d, login, list);

	for (size_t i = 0; i < n; i++)
		files[i] = list[i].path;
	return n;
}

/*
 * A panel's own file. Sources: cPanel's "The Mail Structure", DirectAdmin's "Virtual e-mail files". Names have no domain there.
 */
static const struct {
	const char *panel, *path;
	bool home; /* PATH begins in the account's home */
} panel_files[] = {
	{ "cPanel", "/etc/%d/shadow", true },
	{ "DirectAdmin", "/etc/virtual/%d/passwd", false },
};

static bool of_panel(struct draft *d, const struct culprit *c, struct span login, struct box *ret)
{
	ptrdiff_t at = span_find(login, 0, '@');

	/* its two halves become parts of a path */
	if (at <= 0 || !draft_is_plain_name(login) || !draft_is_plain_name(span_from(login, (size_t)at + 1)))
		return false;
	for (size_t i = 0; i < sizeof(panel_files) / sizeof(*panel_files); i++) {
		struct span rest;

		if (!span_eq(d->facts->panel, span_str(panel_files[i].panel)) ||
		    (panel_files[i].home && c->home.n < 2))
			continue;
		rest = expand(d, span_str(panel_files[i].path), login);
		*ret = (struct box){ .path = panel_files[i].home
						     ? draft_text(d, "%.*s%.*s", ARG(c->home), ARG(rest))
						     : rest,
				     .name = span_head(login, (size_t)at),
				     .home = panel_files[i].home };
		return true;
	}
	return false;
}

void mailbox_lock(struct draft *d, const struct culprit *c)
{
	struct span login = looked_up(d, c->id);
	const struct plan *p = d->plan;
	/* Hestia's own suspension, just asked for, takes the hash out of the file: two would meet in one line */
	bool suspended = span_eq(d->facts->panel, SPAN("Hestia")) && p->nactions &&
			 p->actions[p->nactions - 1].kind == ACTION_COMMAND;
	struct box files[MAILBOX_FILES], own;
	size_t n = suspended ? 0 : configured(d, login, files);
	/* it has no other: what its Dovecot names is the same file again */
	bool by_panel = of_panel(d, c, login, &own) && lock_in(d, c, &own), locked = by_panel;

	/* who stands in several of Dovecot's is locked in each */
	for (size_t i = 0; i < n && !by_panel; i++)
		locked |= lock_in(d, c, &files[i]);
	/* a login that is an account's own name is asked of the system (PAM, shadow) where no file of Dovecot's has it */
	if (!locked && span_eq(c->id, c->account))
		locked = shell_lock(d, c);
	if (!locked)
		locked = panel_lock(d, c);
	/* only a locked password keeps out whom we throw out: else he would be back at once */
	if (locked || suspended)
		end_logins(d, c);
	else
		draft_apart(d,
			    "the password of %.*s lies in no file that is known here: change it (where SMTP "
			    "AUTH is Cyrus': saslpasswd2 %.*s)",
			    ARG(c->id), ARG(draft_quoted(d, c->id)));
}
