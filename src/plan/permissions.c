/*
 * permissions - rights in an account's home that only he himself should have are taken away: folders keep 755, files 644,
 * and what the web server or a shell runs (cgi-bin, files that begin with "#!") keeps 755.
 *
 * Rights are only taken: the new mode is the old one AND the mask, so what was closed stays closed. What belongs to
 * others, lies behind a link or on another mount, or has a second name is left alone and counted: the actor would refuse it.
 *
 * TRUST: names are the suspect's own, and he may change everything while it is looked at: the actor looks again, at each
 * by a descriptor of its own. A folder tree without end is walked to a limit, with a list instead of recursion.
 */
#include "plan/door.h"

#include "base/arena_more.h"
#include "plan/draft.h"
#include "sys/beneath.h"

#include <limits.h>
#include <sys/stat.h>

/* the actor's own limit is twice that */
#define ARGS_MOST 50000
#define SEEN_MOST 500000 /* limit contain: files whose rights are looked at */
#define FOLDERS_MOST 100000

struct walk {
	struct draft *d;
	const struct culprit *c;
	struct span *folders; /* below the home, still to be looked at */
	size_t nfolders, room;
	struct span *args;
	size_t nargs, nfiles, args_room, seen, others;
	uint64_t device; /* of the home */
	bool more;
	struct span first;
};

/* cgi-bin is a name of a folder on the way, not a part of one. */
static bool in_cgi_bin(struct span below)
{
	ptrdiff_t at = span_search(below, 0, SPAN("cgi-bin/"));

	return at == 0 || (at > 0 && below.p[at - 1] == '/');
}

static bool keeps_execute(const struct walk *w, struct span below)
{
	struct span path = draft_text(w->d, "%.*s/%.*s", ARG(w->c->home), ARG(below));
	char head[2];

	return in_cgi_bin(below) || (w->d->io->head(w->d->io->host.ctx, path, head, sizeof(head)) == 2 &&
				     head[0] == '#' && head[1] == '!');
}

static void take(struct walk *w, struct span below, bool folder)
{
	if (w->nargs == ARGS_MOST) {
		w->more = true;
		return;
	}
	w->args = arena_more(w->d->arena, w->args, w->nargs, &w->args_room, 256, sizeof(*w->args));
	w->args[w->nargs++] =
		draft_text(w->d, "%s %.*s", folder || keeps_execute(w, below) ? "755" : "644", ARG(below));
	w->nfiles += !folder;
	if (!w->first.n)
		w->first = below;
}

static void see_file(struct walk *w, const struct plan_entry *e, struct span below)
{
	uint32_t beyond = e->mode & 07777 & ~0644u;

	if (!beyond)
		return;
	/* only execute is beyond: asked last, since it costs a look into the file */
	if (!(beyond & ~0111u) && keeps_execute(w, below))
		return;
	if (e->uid != w->c->uid || e->links != 1)
		w->others++;
	else
		take(w, below, false);
}

static void see_folder(struct walk *w, const struct plan_entry *e, struct span below)
{
	if (e->uid != w->c->uid) {
		w->others++;
		return;
	}
	if (e->mode & 07777 & ~0755u)
		take(w, below, true);
	if (w->nfolders == FOLDERS_MOST) {
		w->more = true;
		return;
	}
	w->folders = arena_more(w->d->arena, w->folders, w->nfolders, &w->room, 256, sizeof(*w->folders));
	w->folders[w->nfolders++] = below;
}

static void walk_folder(struct walk *w, struct span folder)
{
	struct plan_entry *entries;
	size_t n = w->d->io->entries(w->d->io->host.ctx, w->d->arena, w->c->home, folder, &entries);

	w->more |= n >= PLAN_ENTRIES_MOST;
	for (size_t i = 0; i < n; i++) {
		struct span below = draft_text(w->d, "%.*s%s%.*s", ARG(folder), folder.n ? "/" : "",
					       ARG(entries[i].name));

		if (++w->seen > SEEN_MOST || w->c->home.n + below.n + 8 > PATH_MAX) {
			w->more = true;
			continue;
		}
		/* of folders only: in an overlay files have other device numbers than the folders that they lie in */
		if (S_ISDIR(entries[i].mode) && entries[i].device != w->device)
			continue;
		if (S_ISDIR(entries[i].mode))
			see_folder(w, &entries[i], below);
		else if (S_ISREG(entries[i].mode))
			see_file(w, &entries[i], below);
	}
}

static void say(struct walk *w)
{
	struct draft *d = w->d;
	struct span home = draft_quoted(d, w->c->home), user = draft_quoted(d, w->c->account);
	struct action *v;

	if (w->others)
		draft_note(d,
			   "%zu in %.*s have such rights, too, but belong to others or have a second name: "
			   "they are "
			   "left alone",
			   w->others, ARG(w->c->home));
	if (w->more)
		draft_note(d, "%.*s holds more than is looked at in one go: do it again for the rest",
			   ARG(w->c->home));
	if (!w->nargs) {
		draft_note(d,
			   w->more ? "none of the files and folders of %.*s in %.*s that were looked at has "
				     "rights beyond 755 and 644"
				   : "no file or folder of %.*s in %.*s has rights beyond 755 and 644",
			   ARG(w->c->account), ARG(w->c->home));
		return;
	}
	v = draft_action(d, ACTION_MODE, w->c->grade);
	v->uid = w->c->uid;
	v->base = w->c->home;
	v->path = w->c->home;
	v->args = w->args;
	v->nargs = w->nargs;
	v->what = draft_text(
		d,
		"rights beyond 755 are taken from %zu folders and beyond 644 from %zu files in %.*s (%.*s%s)",
		w->nargs - w->nfiles, w->nfiles, ARG(w->c->home), ARG(w->first), w->nargs > 1 ? " ..." : "");
	v->command = draft_text(
		d,
		"find %.*s -xdev -user %.*s '(' -type d -exec chmod ug-s,go-w,-t {} + ')' -o '(' -type f "
		"-links 1 -exec chmod a-x,ug-s,go-w,-t {} + ')'   (not a-x in cgi-bin and for #!)",
		ARG(home), ARG(user));
	v->undo = SPAN("each mode as it was, where nobody has set another one since");
}

void permissions_take(struct draft *d, const struct culprit *c)
{
	struct walk w = { .d = d, .c = c };
	struct file_status st;

	if (!d->want->permissions)
		return;
	if (c->shared || c->uid == PLAN_NO_UID || c->home.n < 2 ||
	    !d->io->status(d->io->host.ctx, c->home, &st) || !S_ISDIR(st.mode) || st.uid != c->uid) {
		draft_note(d, "%.*s has no home of an account's own: no rights are taken away",
			   ARG(c->account.n ? c->account : c->id));
		return;
	}
	w.device = st.device;
	if (st.mode & 07777 & ~0755u)
		take(&w, SPAN("."), true);
	walk_folder(&w, SPAN_NONE);
	while (w.nfolders)
		walk_folder(&w, w.folders[--w.nfolders]);
	say(&w);
}
