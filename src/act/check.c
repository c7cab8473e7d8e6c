/*
 * check - what may not be done whoever asks. Plans come from a process without power that has read foreign bytes; here
 * an action is held against what the kinds promise, before anything is looked at and again before it is done.
 *
 * TRUST: every field of an action.
 */
#include "act/act.h"

#include <limits.h>

/* a path's length: no word of a program of ours is longer */
#define WORD_MOST 4096

/*
 * Where files of the machine may be edited or made: a folder with all below it, or (no slash at its end) one
 * file; "spamtrail" at the end begins the names of files of our own. A home's files are not here: base and
 * owner say enough.
 */
static const char *const editable[] = {
	"/etc/postfix/",
	"/etc/exim4/",
	"/etc/exim/",
	"/etc/exim.conf",
	"/etc/exim.acl_check_recipient.pre.conf",
	"/etc/exim.acl_script.pre.conf",
	"/usr/local/cpanel/etc/exim/acls/ACL_SMTP_PREDATA_BLOCK/custom_begin_smtp_predata",
	"/usr/local/cpanel/etc/exim/acls/ACL_NOT_SMTP_BLOCK/custom_begin_not_smtp",
	"/etc/spamtrail",
	"/etc/dovecot/",
	"/etc/virtual/",
	"/etc/csf/",
	"/etc/proftpd/",
	"/etc/proftpd.passwd",
	"/etc/vsftpd/",
	"/etc/pure-ftpd/",
	"/var/spool/cron/",
	"/etc/cron.d/",
	"/etc/crontab",
	"/etc/shadow",
	"/etc/systemd/system/spamtrail",
	"/etc/nginx/spamtrail",
	"/etc/nginx/sites-available/",
	"/etc/nginx/sites-enabled/",
	"/etc/nginx/conf.d/",
	"/etc/apache2/spamtrail",
	"/etc/apache2/conf-enabled/spamtrail",
	"/etc/httpd/spamtrail",
	"/etc/httpd/conf.d/spamtrail",
};

static bool has_nul(struct span s)
{
	return s.n && memchr(s.p, '\0', s.n);
}

static bool words_plain(const struct span *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (words[i].n > WORD_MOST || has_nul(words[i]))
			return false;
	return true;
}

bool check_names(struct span names)
{
	if (names.n >= PATH_MAX || has_nul(names))
		return false;
	for (size_t at = 0; at <= names.n;) {
		ptrdiff_t slash = span_find(names, at, '/');
		size_t end = slash < 0 ? names.n : (size_t)slash;
		struct span part = span_of(names.p + at, end - at);

		if (part.n == 0 || part.n > NAME_MAX || span_eq(part, SPAN(".")) || span_eq(part, SPAN("..")))
			return false;
		at = end + 1;
	}
	return true;
}

/*
 * A path is compared as text before it is looked up, so it may have one spelling only: nothing that the kernel would skip
 * or climb by. Absolute, no empty component, none of dots, nothing too long; "/" itself only where ROOT. */
static bool path_plain(struct span path, bool root)
{
	if (path.n >= PATH_MAX || path.n == 0 || path.p[0] != '/' || has_nul(path))
		return false;
	if (path.n == 1)
		return root;
	return check_names(span_from(path, 1));
}

/* By whole components: /home/vic is no base of /home/victim/x. */
static bool path_beneath(struct span path, struct span base)
{
	if (base.n == 1)
		return path.n > 1;
	return path.n > base.n + 1 && span_starts(path, base) && path.p[base.n] == '/';
}

static bool listed(uint32_t uid, const uint32_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == uid)
			return true;
	return false;
}

bool act_is_mta(const struct actor *a, uint32_t uid)
{
	return listed(uid, a->mta, a->nmta);
}

int check_edit_path(const struct action *v, struct err *err)
{
	if (v->base.n > 1)
		return 0;
	for (size_t i = 0; i < sizeof(editable) / sizeof(*editable); i++) {
		struct span place = span_str(editable[i]);

		if (span_ends(place, SPAN("/")) || span_ends(place, SPAN("spamtrail"))
			    ? span_starts(v->path, place)
			    : span_eq(v->path, place))
			return 0;
	}
	return err_set(err, EXIT_NOPERM, "%.*s is no file that is edited", (int)v->path.n, v->path.p);
}

static int check_file(const struct action *v, struct err *err)
{
	bool beneath = v->kind == ACTION_MODE ? span_eq(v->path, v->base) : path_beneath(v->path, v->base);

	if (!path_plain(v->path, false) || !path_plain(v->base, true) || !beneath)
		return err_set(err, EXIT_NOPERM, "a path in the plan is not plain, or not beneath its base");
	return 0;
}

/* Who is never acted on, whatever a plan says. */
static int check_uid(const struct actor *a, const struct action *v, struct err *err)
{
	if (v->uid == 0)
		return err_set(err, EXIT_NOPERM, "root is not acted on");
	/* an open mail session is a connection of the server's own: socket.c sees that it is one of its ports */
	if (act_is_mta(a, v->uid) && v->kind != ACTION_CLOSE_SOCKET)
		return err_set(err, EXIT_NOPERM, "uid %u is the mail server's: not acted on", v->uid);
	if (listed(v->uid, a->allow, a->nallow))
		return err_set(err, EXIT_NOPERM, "uid %u is on the allow list: not acted on", v->uid);
	if (act_kind(v->kind)->closes && v->uid < UID_ACCOUNT_LEAST)
		return err_set(err, EXIT_NOPERM, "uid %u is a service's: it is not closed as a whole",
			       v->uid);
	return 0;
}

int act_check(const struct actor *a, const struct action *v, struct err *err)
{
	const struct kind *k = act_kind(v->kind);
	int rc = 0;

	if (has_nul(v->mta) || !words_plain(v->args, v->nargs) || !words_plain(v->back, v->nback))
		return err_set(err, EXIT_NOPERM, "a word in the plan is too long or has a NUL");
	/* processes, sockets and tables are the running machine's, not those of the image */
	if (a->elsewhere && !k->files)
		return err_set(err, EXIT_NOPERM, "with --root only files can be acted on");
	/* the operator is shown what stays by this mark: it must be the kind's */
	if (v->transient != k->transient)
		return err_set(err, EXIT_NOPERM,
			       "an action of the plan is marked transient against its kind");
	if (k->files)
		rc = check_file(v, err);
	/* for a login's process the mail server's own uid is right: end_login.c says which */
	if (rc == 0 && v->uid != PLAN_NO_UID && v->kind != ACTION_END_LOGIN)
		rc = check_uid(a, v, err);
	return rc < 0 ? rc : k->check(a, v, err);
}
