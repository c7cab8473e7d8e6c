/*
 * exim_panel - setup's hook lines on a server whose panel writes Exim's configuration: they go into the panel's own include
 * points, which it keeps when it builds the configuration anew, and nowhere else. A new panel is a row.
 *
 * Each point is read inside an access list, so the lines are "warn" statements: they decide nothing, and the panel's own
 * rules come after them. As in exim_door.c a sender's file need only be there; where it or its folder is gone or unreadable,
 * nothing happens. Seen on Exim 4.96 with configurations of these layouts (test/lab/scen/contain-exim-directadmin.lab, -cpanel.lab).
 *
 * cPanel puts acls/BLOCK/custom_* into exim.conf by scripts/buildeximconf, unless exim.conf.localopts says acl_custom_*=0.
 * DirectAdmin's exim.conf reads /etc/exim.acl_*.pre.conf by .include_if_exists at the start of those lists. Both as
 * their documentation and what people publish for them have it; neither was seen on a real panel.
 *
 * TRUST: the files are the administrator's; their lines are kept as they are, behind ours.
 */
#include "plan/door.h"

#include "plan/draft.h"
#include "sys/beneath.h"

#define CPANEL "/usr/local/cpanel/etc/exim/acls/"

static const struct panel_points {
	const char *panel;
	const char *smtp, *local; /* read before a message is taken: from SMTP, from a local program */
	const char *recipients; /* those that are known at the first point, in Exim's words */
	const char *dir; /* senders' files lie there */
	const char *rebuild; /* what a reload does here, as the operator would */
	const char *options; /* where the panel may have switched a point off; NULL: nowhere */
	const char
		*conf; /* Exim's, where the first point is asked for DATA alone and not for BDAT; or NULL */
} panels[] = {
	{ "cPanel", CPANEL "ACL_SMTP_PREDATA_BLOCK/custom_begin_smtp_predata",
	  CPANEL "ACL_NOT_SMTP_BLOCK/custom_begin_not_smtp", "$recipients", "/etc",
	  "/scripts/buildeximconf, and a reload", "/etc/exim.conf.localopts", "/etc/exim.conf" },
	{ "DirectAdmin", "/etc/exim.acl_check_recipient.pre.conf", "/etc/exim.acl_script.pre.conf",
	  "$local_part@$domain", "/etc/virtual", "a reload of Exim", NULL, NULL },
};

static const struct panel_points *points_of(const struct draft *d)
{
	for (size_t i = 0; i < sizeof(panels) / sizeof(*panels); i++)
		if (span_eq(d->facts->panel, span_str(panels[i].panel)))
			return &panels[i];
	return NULL;
}

const char *exim_panel_dir(const struct draft *d)
{
	const struct panel_points *p = points_of(d);

	return p ? p->dir : NULL;
}

const char *exim_panel_point(const struct draft *d)
{
	const struct panel_points *p = points_of(d);

	return p ? p->smtp : NULL;
}

const char *exim_panel_conf(const struct draft *d)
{
	const struct panel_points *p = points_of(d);

	return p ? p->conf : NULL;
}

static bool is_hooked(struct draft *d, const char *path, struct span *ret_bytes, bool *ret_there)
{
	*ret_there = draft_read(d, span_str(path), ret_bytes);
	return *ret_there && span_search(*ret_bytes, 0, SPAN("/spamtrail:")) >= 0;
}

bool exim_panel_ready(struct draft *d)
{
	const struct panel_points *p = d->facts->exim_spool.n ? points_of(d) : NULL;
	struct span bytes = SPAN_NONE;
	bool there;

	return p && is_hooked(d, p->smtp, &bytes, &there) && is_hooked(d, p->local, &bytes, &there);
}

/* A local message takes no "queue =" (exim_door.c), so it is frozen. */
static struct span lines_for(struct draft *d, const struct panel_points *p, bool smtp)
{
	struct span text =
		smtp ? draft_text(
			       d,
			       "  warn condition = ${if or{{exists{%s/spamtrail:${if def:sender_host_address "
			       "{${sg{${lc:$authenticated_id}}{/}{_}}}{uid:$originator_uid}}}}%.*s}}\n"
			       "       queue = spamtrail\n"
			       "       control = queue\n",
			       p->dir, ARG(exim_forward_held(d, p->dir, p->recipients)))
		     : draft_text(d,
				  "  warn condition = ${if exists{%s/spamtrail:uid:$originator_uid}}\n"
				  "       control = freeze/no_tell\n",
				  p->dir);

	return draft_text(
		d,
		"# spamtrail: a sender whose file %s/spamtrail:NAME is there may not send; setup --remove "
		"takes this out\n%.*s",
		p->dir, ARG(text));
}

static void put_lines(struct draft *d, const struct panel_points *p, bool smtp, struct span bytes, bool there)
{
	struct span path = span_str(smtp ? p->smtp : p->local), lines = lines_for(d, p, smtp), text;
	struct buf whole = BUF_MAX(bytes.n + lines.n);
	struct action *v;

	/* first: what the administrator has there may accept */
	buf_span(&whole, lines);
	buf_span(&whole, bytes);
	text = arena_span(d->arena, buf_view(&whole));
	buf_free(&whole);
	v = there ? draft_edit(d, path, bytes, text, 'A') : draft_new_file(d, path, text, 'A');
	v->back = draft_words(d, 1, SPAN("reload-exim"));
	v->nback = 1;
	/* as exim_door.c: without any sender's file they change nothing */
	v->lifetime = 0;
	v->what = draft_text(d,
			     "setup: lines in %s's own include point %.*s let Exim hold one sender's %s mail",
			     p->panel, ARG(path), smtp ? "SMTP" : "local");
	v->command = draft_text(d, "edit %.*s as shown, then %s", ARG(path), p->rebuild);
	v->undo = draft_text(d, "%.*s as it was, and %s", ARG(path), p->rebuild);
}

/* The name behind the last slash, set to 0 in the panel's options. */
static bool is_switched_off(struct draft *d, const struct panel_points *p, struct span path)
{
	struct span bytes = SPAN_NONE, name = span_from(path, (size_t)span_rfind(path, '/') + 1);

	return p->options && draft_read(d, span_str(p->options), &bytes) &&
	       span_search(bytes, 0, draft_text(d, "acl_%.*s=0", ARG(name))) >= 0;
}

static bool can_put(struct draft *d, const struct panel_points *p, struct span path)
{
	struct file_status st;
	ptrdiff_t slash = span_rfind(path, '/');

	if (slash > 0 && !d->io->status(d->io->host.ctx, span_head(path, (size_t)slash), &st)) {
		draft_note(d, "Exim: %s has no include point %.*s here: nothing is written", p->panel,
			   ARG(path));
		return false;
	}
	if (is_switched_off(d, p, path)) {
		draft_note(d, "Exim: %s has switched %.*s off in %s: nothing is written", p->panel, ARG(path),
			   p->options);
		return false;
	}
	return true;
}

bool exim_panel_setup(struct draft *d)
{
	const struct panel_points *p = points_of(d);
	struct span bytes = SPAN_NONE;
	bool there;

	if (!p) {
		draft_note(d,
			   "Exim's configuration is %.*s's, which has no include point for this: nothing is "
			   "written into it",
			   ARG(d->facts->panel));
		return false;
	}
	if (!can_put(d, p, span_str(p->smtp)) || !can_put(d, p, span_str(p->local)))
		return false;
	if (!is_hooked(d, p->smtp, &bytes, &there))
		put_lines(d, p, true, there ? bytes : SPAN_NONE, there);
	if (!is_hooked(d, p->local, &bytes, &there))
		put_lines(d, p, false, there ? bytes : SPAN_NONE, there);
	return true;
}
