/*
 * credentials - what an account can be entered with besides the door that was used: shell password, ssh keys and FTP users
 * are locked where the operator asks for it (--credentials), and everything is listed with its last change and the command
 * that changes it. A new password is the operator's own step: nobody could take it back.
 *
 * shadow(5); sshd(8), AUTHORIZED_KEYS; ProFTPD mod_auth_file, Pure-FTPd README.Virtual-Users: name:password:uid:gid:gecos:
 * home:... Panels: the places of their mailboxes as their own mail servers read them.
 *
 * TRUST: the files are root's or the account's own; names in them are customers'. They are shown, and compared.
 */
#include "plan/door.h"

#include "plan/draft.h"
#include "plan/passwd.h"

#include "base/civil.h"
#include "host/accounts.h"
#include "sys/beneath.h"

#include <sys/stat.h>

/* of each list: a longer one is for the panel's own screen */
#define LINES_MOST 50
#define USERS_MOST 1000

static const struct ftp {
	const char *path, *database, *program, *argument; /* what is made from it, and by what */
} ftp_files[] = {
	{ "/etc/proftpd/ftpd.passwd", NULL, NULL, NULL },
	{ "/etc/proftpd.passwd", NULL, NULL, NULL },
	{ "/etc/pure-ftpd/pureftpd.passwd", "/etc/pure-ftpd/pureftpd.pdb", "/usr/bin/pure-pw", "mkdb" },
};

#define FTP_FILES (sizeof(ftp_files) / sizeof(*ftp_files))

/* --- locked ------------------------------------------------------------------------------------- */

bool shell_lock(struct draft *d, const struct culprit *c)
{
	struct span path = SPAN("/etc/shadow"), bytes, password;
	struct action *v;
	size_t at;

	/* an account's own: what is shared, a service's or root's has no uid here */
	if (c->shared || c->uid == PLAN_NO_UID || !draft_is_plain_name(c->account) ||
	    !draft_read(d, path, &bytes) || !passwd_find(bytes, c->account, &at, &password))
		return false;
	/* an empty one lets everybody in without: a "!" locks that, too */
	if (passwd_is_locked(password)) {
		draft_already(d, "the shell password of %.*s is locked already", ARG(c->account));
		return true;
	}
	v = draft_edit(d, path, bytes, passwd_locked(d->arena, bytes, &at, 1), c->grade);
	v->mode = 0640;
	v->what = draft_text(
		d, "the shell password of %.*s is locked; keys, cron and his mail are not touched by that",
		ARG(c->account));
	v->command = draft_text(d, "usermod -L %.*s", ARG(c->account));
	v->undo = draft_text(d, "usermod -U %.*s", ARG(c->account));
	return true;
}

/* The line's user works in the account's home, or as his uid. */
static bool is_his(const struct culprit *c, struct span line)
{
	struct span home = passwd_field(line, 5);
	uint64_t uid;

	if (c->uid != PLAN_NO_UID && span_u64(passwd_field(line, 2), &uid) && uid == c->uid)
		return true;
	return c->home.n > 1 && span_starts(home, c->home) &&
	       (home.n == c->home.n || home.p[c->home.n] == '/');
}

static void lock_ftp(struct draft *d, const struct culprit *c, const struct ftp *f)
{
	struct span path = span_str(f->path), bytes;
	size_t places[USERS_MOST], n = 0;
	struct action *v;

	if (!draft_read(d, path, &bytes))
		return;
	for (size_t at = 0; at < bytes.n && n < USERS_MOST;) {
		size_t start = at;
		struct span line = passwd_line(bytes, &at);
		ptrdiff_t colon = span_find(line, 0, ':');

		if (colon > 0 && is_his(c, line) && !passwd_is_locked(passwd_field(line, 1)))
			places[n++] = start + (size_t)colon + 1;
	}
	if (!n)
		return;
	v = draft_edit(d, path, bytes, passwd_locked(d->arena, bytes, places, n), c->grade);
	v->mode = 0640;
	if (f->program && draft_exists(d, span_str(f->database))) {
		v->back = draft_words(d, 2, span_str(f->program), span_str(f->argument));
		v->nback = 2;
	}
	v->what = draft_text(d, "%zu FTP user%s of %.*s %s locked in %.*s", n, n == 1 ? "" : "s",
			     ARG(c->account), n == 1 ? "is" : "are", ARG(path));
	v->command = draft_text(d, "vi %.*s   (! before each password)%s%s", ARG(path), v->nback ? ", " : "",
				v->nback ? "pure-pw mkdb" : "");
	v->undo = draft_text(d, "%.*s as it was", ARG(path));
}

void credentials_lock(struct draft *d, const struct culprit *c)
{
	if (!d->want->credentials)
		return;
	if (c->shared || c->uid == PLAN_NO_UID) {
		draft_note(d, "%.*s is no account of its own: no shell, keys or FTP users are locked",
			   ARG(c->account.n ? c->account : c->id));
		return;
	}
	shell_lock(d, c);
	if (c->home.n > 1) {
		file_take_away(d, c, draft_text(d, "%.*s/.ssh/authorized_keys", ARG(c->home)),
			       "the ssh keys");
		file_take_away(d, c, draft_text(d, "%.*s/.ssh/authorized_keys2", ARG(c->home)),
			       "the ssh keys");
	}
	for (size_t i = 0; i < FTP_FILES; i++)
		lock_ftp(d, c, &ftp_files[i]);
}

/* --- listed ------------------------------------------------------------------------------------- */

static struct span day(struct draft *d, int64_t utc)
{
	struct civil c;

	if (utc <= 0)
		return SPAN("unknown");
	civil_split(utc, &c);
	return draft_text(d, "%04d-%02u-%02u", (int)c.year, (unsigned)c.month, (unsigned)c.day);
}

/* Where the account can put a link, what it leads to must be the account's, or of the user its PHP runs as. */
static bool may_read(const struct draft *d, const struct culprit *c, struct span path, uint32_t owner)
{
	uint32_t index = accounts_by_uid(d->facts->accounts, owner);
	bool below = c->home.n > 1 && span_starts(path, c->home);

	return !below || owner == c->uid ||
	       (index != ACCOUNT_NONE && accounts_get(d->facts->accounts, index)->shared);
}

/* The day of PATH's last change; false: no such file. */
static bool changed(struct draft *d, const struct culprit *c, struct span path, struct span *ret_day)
{
	struct file_status st;

	if (!d->io->status(d->io->host.ctx, path, &st) || !S_ISREG(st.mode) || !may_read(d, c, path, st.uid))
		return false;
	*ret_day = day(d, st.mtime);
	return true;
}

static void list_shell(struct draft *d, const struct culprit *c)
{
	struct span bytes, password;
	uint64_t days = 0;
	size_t at;

	if (!draft_read(d, SPAN("/etc/shadow"), &bytes) || !passwd_find(bytes, c->account, &at, &password))
		return;
	/* shadow(5): behind the password, days since 1970 */
	if (!span_u64(passwd_field(span_from(bytes, at), 1), &days))
		days = 0;
	draft_apart(d, "shell password of %.*s, last changed %.*s%s: passwd %.*s", ARG(c->account),
		    ARG(day(d, (int64_t)days * 86400)), passwd_is_locked(password) ? " (locked)" : "",
		    ARG(c->account));
}

static void list_keys(struct draft *d, const struct culprit *c, const char *name)
{
	struct span path = draft_text(d, "%.*s/.ssh/%s", ARG(c->home), name), when, bytes;
	size_t keys = 0;

	if (!changed(d, c, path, &when) || !draft_read(d, path, &bytes))
		return;
	for (size_t at = 0; at < bytes.n;) {
		struct span line = span_trim(passwd_line(bytes, &at));

		keys += line.n && line.p[0] != '#';
	}
	draft_apart(d, "%zu ssh key%s in %.*s, last changed %.*s: take out what the customer does not know",
		    keys, keys == 1 ? "" : "s", ARG(path), ARG(when));
}

/* Mailboxes of a file; DOMAIN where names in it have none. ANY: all lines are the account's. */
static void list_boxes(struct draft *d, const struct culprit *c, struct span path, struct span domain,
		       bool any, const char *command)
{
	uint32_t own = accounts_by_name(d->facts->accounts, c->account);
	struct span bytes, when;
	size_t n = 0;

	if (!changed(d, c, path, &when) || !draft_read(d, path, &bytes))
		return;
	for (size_t at = 0; at < bytes.n && n < LINES_MOST;) {
		struct span line = passwd_line(bytes, &at), name = passwd_field(line, 0);
		ptrdiff_t sign = span_find(name, 0, '@');

		if (!name.n || name.p[0] == '#' ||
		    (!any && !is_his(c, line) &&
		     (sign < 0 || accounts_by_domain(d->facts->accounts, span_from(name, (size_t)sign + 1),
						     true) != own)))
			continue;
		draft_apart(d, "mailbox %.*s%s%.*s%s in %.*s (file last changed %.*s): %s", ARG(name),
			    domain.n && sign < 0 ? "@" : "", ARG(sign < 0 ? domain : SPAN_NONE),
			    passwd_is_locked(passwd_field(line, 1)) ? " (locked)" : "", ARG(path), ARG(when),
			    command);
		n++;
	}
}

/* Folders named after domains, with a passwd-file in each. */
static void list_domains(struct draft *d, const struct culprit *c, struct span folder, const char *command)
{
	struct span *names;
	size_t n = d->io->host.list(d->io->host.ctx, d->arena, folder, &names);

	for (size_t i = 0; i < n && i < LINES_MOST; i++)
		list_boxes(d, c, draft_text(d, "%.*s/%.*s/passwd", ARG(folder), ARG(names[i])), names[i],
			   true, command);
}

static void list_mailboxes(struct draft *d, const struct culprit *c)
{
	/* a path with %d differs from mailbox to mailbox; here only those are found that have none */
	struct span any = draft_text(d, "%.*s@%.*s", ARG(c->account), ARG(c->account));
	struct span files[MAILBOX_FILES];
	size_t n = mailbox_files(d, any, files);

	for (size_t i = 0; i < n; i++)
		list_boxes(d, c, files[i], SPAN_NONE, false, "doveadm pw, and the new hash in its place");
	if (span_eq(d->facts->panel, SPAN("cPanel")))
		list_domains(d, c, draft_text(d, "%.*s/etc", ARG(c->home)),
			     "uapi --user=ACCOUNT Email passwd_pop email=NAME password=...");
	if (span_eq(d->facts->panel, SPAN("Hestia")))
		list_domains(d, c, draft_text(d, "%.*s/conf/mail", ARG(c->home)),
			     "v-change-mail-account-password ACCOUNT DOMAIN NAME ...");
	for (size_t i = 0; span_eq(d->facts->panel, SPAN("DirectAdmin")) && i < d->facts->nsites; i++)
		if (accounts_by_domain(d->facts->accounts, d->facts->sites[i].name, false) ==
		    accounts_by_name(d->facts->accounts, c->account))
			list_boxes(d, c,
				   draft_text(d, "/etc/virtual/%.*s/passwd", ARG(d->facts->sites[i].name)),
				   d->facts->sites[i].name, true, "DirectAdmin, E-mail Accounts");
}

static void list_ftp(struct draft *d, const struct culprit *c)
{
	for (size_t i = 0; i < FTP_FILES; i++) {
		struct span path = span_str(ftp_files[i].path), bytes, when;
		size_t n = 0;

		if (!changed(d, c, path, &when) || !draft_read(d, path, &bytes))
			continue;
		for (size_t at = 0; at < bytes.n && n < LINES_MOST;) {
			struct span line = passwd_line(bytes, &at), name = passwd_field(line, 0);

			if (!name.n || !is_his(c, line))
				continue;
			draft_apart(d, "FTP user %.*s%s in %.*s (file last changed %.*s): %s", ARG(name),
				    passwd_is_locked(passwd_field(line, 1)) ? " (locked)" : "", ARG(path),
				    ARG(when),
				    ftp_files[i].program
					    ? "pure-pw passwd NAME -m"
					    : "ftpasswd --passwd --file=FILE --name=NAME --change-password");
			n++;
		}
	}
}

/* What lies in a site's folder and holds the database's password; admins lie in that database. */
static const struct {
	const char *file, *what, *user, *command;
} programs[] = {
	{ "wp-config.php", "WordPress", "DB_USER",
	  "wp user list --role=administrator; wp user reset-password NAME; wp config set DB_PASSWORD" },
	{ "configuration.php", "Joomla", "$user", "its administration, Users; $password in that file" },
	{ "sites/default/settings.php", "Drupal", "'username'",
	  "drush user:password NAME; 'password' in that file" },
	{ "app/config/parameters.php", "PrestaShop", "'database_user'",
	  "its administration, Team; 'database_password' in that file" },
	{ "app/etc/env.php", "Magento", "'username'",
	  "bin/magento admin:user:create; 'password' in that file" },
	{ ".env", "Laravel or Symfony", "DB_USERNAME", "DB_PASSWORD in that file" },
};

/* The quoted or plain word that follows KEY, at most 64 letters of it. */
static struct span value_behind(struct span bytes, struct span key)
{
	static const char between[] = " \t'\",=>:()";
	ptrdiff_t at = span_search(bytes, 0, key);
	struct span s = at < 0 ? SPAN_NONE : span_from(bytes, (size_t)at + key.n);
	size_t n = 0;

	while (s.n && memchr(between, s.p[0], sizeof(between) - 1))
		s = span_from(s, 1);
	while (n < s.n && n < 64 && !memchr("'\"\r\n\t ;,)", s.p[n], 9))
		n++;
	return span_head(s, n);
}

static void list_site(struct draft *d, const struct culprit *c, struct span root)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		struct span path = draft_text(d, "%.*s/%s", ARG(root), programs[i].file), when, bytes, user;

		if (!changed(d, c, path, &when))
			continue;
		user = draft_read(d, path, &bytes) ? value_behind(bytes, span_str(programs[i].user))
						   : SPAN_NONE;
		draft_apart(d,
			    "%s: its admins, and the database password%s%.*s in %.*s, last changed %.*s: %s",
			    programs[i].what, user.n ? " of " : "", ARG(user), ARG(path), ARG(when),
			    programs[i].command);
	}
}

static void list_sites(struct draft *d, const struct culprit *c)
{
	struct span usual = draft_text(d, "%.*s/public_html", ARG(c->home)), seen[LINES_MOST];
	size_t n = 0;

	seen[n++] = usual;
	list_site(d, c, usual);
	for (size_t i = 0; i < d->facts->nsites && n < LINES_MOST; i++) {
		struct span root = d->facts->sites[i].docroot;
		bool known = false;

		if (!span_starts(root, c->home) || root.n <= c->home.n || root.p[c->home.n] != '/')
			continue;
		for (size_t k = 0; k < n; k++)
			known |= span_eq(seen[k], root);
		if (known)
			continue;
		seen[n++] = root;
		list_site(d, c, root);
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
	list_ftp(d, &whose);
	if (d->facts->panel.n)
		draft_apart(d, "the password of %.*s in %.*s: its user administration", ARG(c->account),
			    ARG(d->facts->panel));
	list_shell(d, &whose);
	if (whose.home.n > 1) {
		list_keys(d, &whose, "authorized_keys");
		list_keys(d, &whose, "authorized_keys2");
		list_sites(d, &whose);
	}
}
