/*
 * web_door - a script that cannot be moved or is not to be: the web server refuses its path (403) by a file of ours, which
 * lines that setup puts in read.
 *
 * nginx asks in each server block (there is no place above them where a request could be refused), Apache once for all. A
 * file of ours that is gone locks nothing and stops nobody: both read names with a "*". The test is by the file that the
 * request leads to, so it counts under every name of the site; in <If>, which comes behind .htaccess. A reload checks the
 * whole configuration first; where that fails the old one goes on, and the action is taken back.
 *
 * Seen on nginx 1.22 and Apache 2.4. nginx: ngx_http_rewrite_module, "if" and "return" in a server block; Apache: "How the
 * sections are merged".
 *
 * TRUST: configuration is root's; a path is what logs said, its characters the suspect's: only letters, digits and a few
 * more are written, since a quote or a brace would end what it stands in.
 */
#include "plan/door.h"

#include "plan/draft.h"

#include "base/hash.h"
#include "sys/beneath.h"

#include <sys/stat.h>

#define FILES_MOST 1000
#define NAME_SEED UINT64_C(0x776562)
#define NAMES_MOST 8
#define MARK "# spamtrail: scripts that are locked; setup --remove takes this out\n"

enum { NGINX, APACHE, HTTPD, SERVERS };

static const struct {
	const char *name, *pid; /* the file that is there while it runs */
	const char *folder; /* of our own files: FOLDER/spamtrail-... */
	const char *hook; /* the file that reads them; nginx: in each server block instead */
	const char *program, *argument;
} servers[SERVERS] = {
	[NGINX] = { "nginx", "/run/nginx.pid", "/etc/nginx", NULL, "/usr/sbin/nginx", "-s reload" },
	[APACHE] = { "Apache", "/run/apache2/apache2.pid", "/etc/apache2",
		     "/etc/apache2/conf-enabled/spamtrail.conf", "/usr/sbin/apache2ctl", "graceful" },
	[HTTPD] = { "Apache", "/run/httpd/httpd.pid", "/etc/httpd", "/etc/httpd/conf.d/spamtrail.conf",
		    "/usr/sbin/apachectl", "graceful" },
};

static bool runs(struct draft *d, int server)
{
	return draft_exists(d, span_str(servers[server].pid));
}

static void reload_after(struct draft *d, struct action *v, int server)
{
	if (server == NGINX)
		v->back = draft_words(d, 3, span_str(servers[server].program), SPAN("-s"), SPAN("reload"));
	else
		v->back = draft_words(d, 2, span_str(servers[server].program), SPAN("graceful"));
	v->nback = server == NGINX ? 3 : 2;
}

/* --- the lines that read our files ------------------------------------------------------------------ */

/* "server {" with nothing behind the brace but a comment. */
static bool begins_server(struct span line)
{
	struct span s = span_trim(line);
	ptrdiff_t hash = span_find(s, 0, '#');

	s = span_trim(hash < 0 ? s : span_head(s, (size_t)hash));
	if (!span_starts(s, SPAN("server")))
		return false;
	s = span_trim(span_from(s, 6));
	return span_eq(s, SPAN("{"));
}

/* BYTES with our line first in each server block; *RET_N is how many there are. */
static struct span with_include(struct draft *d, struct span bytes, size_t *ret_n)
{
	struct buf out = BUF_MAX(2 * bytes.n + (1u << 20));
	struct span s;

	*ret_n = 0;
	for (size_t at = 0; at < bytes.n;) {
		ptrdiff_t end = span_find(bytes, at, '\n');
		struct span line = span_of(bytes.p + at, (end < 0 ? bytes.n : (size_t)end + 1) - at);

		at += line.n;
		buf_span(&out, line);
		if (!begins_server(line))
			continue;
		if (end < 0)
			buf_byte(&out, '\n');
		buf_str(&out, "    include /etc/nginx/spamtrail-*.conf; " MARK);
		++*ret_n;
	}
	s = arena_span(d->arena, buf_view(&out));
	buf_free(&out);
	return s;
}

static void hook_nginx_file(struct draft *d, struct span path, size_t *sites)
{
	struct span bytes, changed;
	struct action *v;
	size_t n;

	if (!draft_read(d, path, &bytes))
		return;
	if (span_search(bytes, 0, SPAN("/etc/nginx/spamtrail-*.conf")) >= 0) {
		++*sites;
		return;
	}
	changed = with_include(d, bytes, &n);
	if (n == 0) {
		if (span_search(bytes, 0, SPAN("server")) >= 0)
			draft_note(
				d,
				"nginx: no server block begins on a line of its own in %.*s: put \"include "
				"/etc/nginx/spamtrail-*.conf;\" into it to have its scripts locked by 403",
				ARG(path));
		return;
	}
	v = draft_edit(d, path, bytes, changed, 'A');
	reload_after(d, v, NGINX);
	/* without a file of ours it changes nothing: it may stay */
	v->lifetime = 0;
	v->what = draft_text(d, "setup: nginx refuses scripts that are locked by path in %.*s", ARG(path));
	v->command = draft_text(d, "vi %.*s   (the line as shown), nginx -s reload", ARG(path));
	v->undo = draft_text(d, "%.*s as it was, and a reload", ARG(path));
	++*sites;
}

/* A name in sites-enabled is mostly a link to the file of that name in sites-available, which is what is edited. */
static bool hook_nginx(struct draft *d)
{
	static const char *const folders[] = { "sites-enabled", "conf.d" };
	size_t sites = 0;

	for (size_t f = 0; f < sizeof(folders) / sizeof(*folders); f++) {
		struct plan_entry *e;
		size_t n = d->io->entries(d->io->host.ctx, d->arena, SPAN("/etc/nginx"), span_str(folders[f]),
					  &e);

		for (size_t i = 0; i < n && i < FILES_MOST; i++) {
			bool link = S_ISLNK(e[i].mode);

			if ((!link && !S_ISREG(e[i].mode)) ||
			    (f == 1 && (link || !span_ends(e[i].name, SPAN(".conf")))))
				continue;
			hook_nginx_file(d,
					draft_text(d, "/etc/nginx/%s/%.*s",
						   link ? "sites-available" : folders[f], ARG(e[i].name)),
					&sites);
		}
	}
	return sites > 0;
}

static bool hook_apache(struct draft *d, int server)
{
	struct span path = span_str(servers[server].hook), bytes;
	struct action *v;

	if (draft_read(d, path, &bytes))
		return true;
	v = draft_new_file(
		d, path, draft_text(d, MARK "IncludeOptional %s/spamtrail-*.conf\n", servers[server].folder),
		'A');
	reload_after(d, v, server);
	v->lifetime = 0;
	v->what = draft_text(d, "setup: Apache refuses scripts that are locked by path, by %.*s", ARG(path));
	v->command = draft_text(d, "vi %.*s   (as shown), %s graceful", ARG(path), servers[server].program);
	v->undo = draft_text(d, "rm %.*s, and a reload", ARG(path));
	return true;
}

bool web_setup(struct draft *d)
{
	bool any = false;

	if (d->facts->panel.n) {
		if (runs(d, NGINX) || runs(d, APACHE) || runs(d, HTTPD))
			draft_note(d, "the web server's configuration is %.*s's: nothing is written into it",
				   ARG(d->facts->panel));
		return false;
	}
	if (runs(d, NGINX))
		any |= hook_nginx(d);
	for (int i = APACHE; i < SERVERS; i++)
		if (runs(d, i))
			any |= hook_apache(d, i);
	return any;
}

bool web_ready(struct draft *d)
{
	struct plan plan = { 0 }, *real = d->plan;
	bool ready;

	/* what setup would still have to do is looked at, and forgotten */
	d->plan = &plan;
	d->actions_room = d->notes_room = 0;
	ready = web_setup(d) && plan.nactions == 0;
	d->plan = real;
	d->actions_room = real->nactions;
	d->notes_room = real->nnotes;
	return ready;
}

/* --- a locked script ---------------------------------------------------------------------------------- */

static bool can_be_written(struct span path)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-=@,~";

	for (size_t i = 0; i < path.n; i++)
		if (!memchr(good, path.p[i], sizeof(good) - 1))
			return false;
	return path.n > 1 && path.n < 1000 && path.p[0] == '/';
}

/* nginx: also what follows the file's name in a path is refused, since it is still the same script. */
static struct span nginx_rule(struct draft *d, struct span path)
{
	struct buf out = BUF_MAX(4 * path.n + 200);
	struct span s;

	buf_str(&out, MARK "if ($request_filename ~ \"^");
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '.' || path.p[i] == '+')
			buf_byte(&out, '\\');
		buf_byte(&out, path.p[i]);
	}
	buf_str(&out, "(/|$)\") {\n    return 403;\n}\n");
	s = arena_span(d->arena, buf_view(&out));
	buf_free(&out);
	return s;
}

static struct span apache_rule(struct draft *d, struct span path)
{
	return draft_text(d, MARK "<If \"%%{REQUEST_FILENAME} == '%.*s'\">\n    Require all denied\n</If>\n",
			  ARG(path));
}

static struct span own_file(struct draft *d, int server, struct span path, uint64_t seed)
{
	return draft_text(d, "%s/spamtrail-%016llx.conf", servers[server].folder,
			  (unsigned long long)hash_span(path, seed));
}

static void lock_at(struct draft *d, int server, struct span path, char grade, const char *why)
{
	struct span rule = server == NGINX ? nginx_rule(d, path) : apache_rule(d, path), file, there;
	uint64_t seed = NAME_SEED;
	struct action *v;

	/* who names two scripts so that both get one number must not have the second taken for locked */
	while (draft_exists(d, file = own_file(d, server, path, seed))) {
		if (draft_read(d, file, &there) && span_eq(there, rule)) {
			draft_already(d, "%s refuses %.*s already", servers[server].name, ARG(path));
			return;
		}
		if (++seed == NAME_SEED + NAMES_MOST) {
			draft_note(d, "%.*s and others like it are there: %.*s is not refused by path",
				   ARG(file), ARG(path));
			return;
		}
	}
	v = draft_new_file(d, file, rule, grade);
	reload_after(d, v, server);
	v->what = draft_text(d, "%s answers 403 for the script %.*s%s%s", servers[server].name, ARG(path),
			     *why ? ": " : "", why);
	v->command = draft_text(d, "vi %.*s   (a rule for that path), %s %s", ARG(file),
				servers[server].program, servers[server].argument);
	v->undo = draft_text(d, "rm %.*s, and a reload", ARG(file));
}

bool web_lock(struct draft *d, struct span path, char grade, const char *why)
{
	if (!can_be_written(path)) {
		draft_note(d,
			   "%.*s has characters that no web server's configuration takes: it is not refused "
			   "by path",
			   ARG(path));
		return false;
	}
	if (!web_setup(d))
		return false;
	for (int i = 0; i < SERVERS; i++)
		if (runs(d, i))
			lock_at(d, i, path, grade, why);
	return true;
}
