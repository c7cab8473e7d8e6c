/*
 * inputs - see inputs.h. No file's contents are looked at: what a file is, its name and type decide here, and
 * the confined reader later. What cannot be read becomes a sentence in `unseen`, so that the answer is called
 * incomplete.
 *
 * TRUST: names in folders may be anybody's (a customer's web logs); paths by configuration are the confined
 * reader's words. Counts, depth and lengths are bounded; links lead no further than sys/beneath.h allows.
 */
#include "app/inputs.h"

#include "app/journal_helper.h"
#include "base/buf.h"
#include "model/event.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders below a named one, counting it. Also what ends a walk through links that lead in a circle. */
#define DEPTH_MOST 3 /* limit input: folders below one that was named */
#define NAMES_MOST 100000 /* limit input: names looked at in one folder */

/* Logs of other kinds in the same folders: binary, or nothing about mail. */
static const char *const not_logs[] = { "wtmp", "btmp", "lastlog", "faillog", "utmp", "tallylog" };

static void add_unseen(struct inputs *in, const char *path, const char *why)
{
	struct buf text = BUF_MAX(1024);

	if (in->nunseen == in->unseen_room) {
		size_t room = in->unseen_room ? in->unseen_room * 2 : 8;
		struct span *bigger = arena_alloc(in->arena, room * sizeof(*bigger));

		if (in->nunseen)
			memcpy(bigger, in->unseen, in->nunseen * sizeof(*bigger));
		in->unseen = bigger;
		in->unseen_room = room;
	}
	/* sentences from sys/ begin with the path */
	if (!span_starts(span_str(why), span_str(path)))
		buf_addf(&text, "%s: ", path);
	buf_str(&text, why);
	in->unseen[in->nunseen++] = arena_span(in->arena, buf_view(&text));
	buf_free(&text);
}

/* In an image that an ordinary user has unpacked all files are his. */
static bool owners_mean(struct inputs *in)
{
	struct file_status st;
	struct err err = { 0 };

	if (!in->owners_asked)
		in->owners = beneath_status(in->root, "/", &st, &err) == 0 && st.uid == 0;
	in->owners_asked = true;
	return in->owners;
}

static void add_file(struct inputs *in, const char *path, const struct file_status *st)
{
	if (in->n == INPUTS_MOST) {
		in->more = true;
		return;
	}
	if (in->n == in->room) {
		size_t room = in->room ? in->room * 2 : 32;
		struct log_file *bigger = arena_alloc(in->arena, room * sizeof(*bigger));
		size_t *homes = arena_alloc(in->arena, room * sizeof(*homes));

		if (in->n) {
			memcpy(bigger, in->file, in->n * sizeof(*bigger));
			memcpy(homes, in->home, in->n * sizeof(*homes));
		}
		in->file = bigger;
		in->home = homes;
		in->room = room;
	}
	in->home[in->n] = 0;
	in->file[in->n++] = (struct log_file){
		.name = span_str(arena_str(in->arena, span_str(path))),
		.mtime = st->mtime,
		.size = st->size,
		.dev = st->device,
		.ino = st->inode,
		.uid = owners_mean(in) ? st->uid : 0,
		.gid = owners_mean(in) ? st->gid : 0,
		.mode = st->mode & 0777,
	};
}

static bool is_journal_name(struct span name)
{
	return span_ends(name, SPAN(".journal")) || span_ends(name, SPAN(".journal~"));
}

static bool is_log_name(struct span name)
{
	for (size_t i = 0; i < sizeof(not_logs) / sizeof(*not_logs); i++)
		if (span_eq(logset_base(name), span_str(not_logs[i])))
			return false;
	return !is_journal_name(name);
}

static char *join(struct arena *a, const char *dir, struct span name)
{
	struct buf path = BUF_MAX(8192);
	char *joined;

	buf_addf(&path, "%s%s%.*s", dir, span_ends(span_str(dir), SPAN("/")) ? "" : "/", (int)name.n, name.p);
	joined = arena_str(a, buf_view(&path));
	buf_free(&path);
	return joined;
}

/* One level of a named directory; its subdirectories are appended to TODO. */
static void add_folder(struct inputs *in, const char *dir, const char **todo, unsigned *depth, size_t *ntodo,
		       size_t room, unsigned level)
{
	struct err err = { 0 };
	struct span *names;
	size_t n;
	bool more;

	if (beneath_list(in->root, dir, NAMES_MOST, in->arena, &names, &n, &more, &err) < 0) {
		in->forbidden |= err.code == EXIT_NOPERM;
		add_unseen(in, dir, err.text);
		return;
	}
	in->more |= more;
	for (size_t i = 0; i < n; i++) {
		char *path = join(in->arena, dir, names[i]);
		struct file_status st;

		if (beneath_status(in->root, path, &st, &err) < 0)
			continue;
		if (S_ISREG(st.mode) && is_log_name(names[i])) {
			add_file(in, path, &st);
		} else if (S_ISDIR(st.mode) && level < DEPTH_MOST && *ntodo == room) {
			in->more = true;
		} else if (S_ISDIR(st.mode) && level < DEPTH_MOST) {
			depth[*ntodo] = level + 1;
			todo[(*ntodo)++] = path;
		}
	}
}

static void add_tree(struct inputs *in, const char *top)
{
	/* A list instead of recursion: its length bounds the work, whatever tree an attacker has built. */
	const char *todo[512];
	unsigned depth[512];
	size_t ntodo = 1;

	todo[0] = top;
	depth[0] = 1;
	for (size_t i = 0; i < ntodo; i++)
		add_folder(in, todo[i], todo, depth, &ntodo, 512, depth[i]);
}

/* --- the systemd journal --------------------------------------------------------------------- */

/* Journal files in DIR, or one level down, where journald keeps them: a folder per machine. */
static bool holds_journal(struct inputs *in, const char *dir, bool deeper)
{
	struct err err = { 0 };
	struct span *names;
	size_t n;
	bool more;

	if (beneath_list(in->root, dir, NAMES_MOST, in->arena, &names, &n, &more, &err) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (is_journal_name(names[i]))
			return true;
	for (size_t i = 0; deeper && i < n; i++)
		if (holds_journal(in, join(in->arena, dir, names[i]), false))
			return true;
	return false;
}

static bool has_helper(struct inputs *in)
{
	if (journal_helper_installed())
		return true;
	add_unseen(in, "the systemd journal",
		   "the systemd journal was not read: spamtrail-journal is not installed");
	return false;
}

static void add_journal(struct inputs *in, const char *path, const char *name)
{
	if (!has_helper(in)) {
		in->no_helper = true;
		return;
	}
	if (in->njournals == JOURNALS_MOST || in->n == INPUTS_MOST) {
		in->more = true;
		return;
	}
	in->journal[in->njournals++] = (struct journal_input){ .path = path, .index = in->n };
	add_file(in, name, &(struct file_status){ 0 });
}

bool inputs_have_mail(const struct inputs *in)
{
	for (size_t i = 0; i < in->n; i++)
		if (in->file[i].only == 0 ||
		    (in->file[i].only & (1u << DIALECT_EXIM | 1u << DIALECT_POSTFIX)))
			return true;
	return false;
}

/* ROOT's own machine id (machine-id(5)): 32 hexadecimal digits. */
static bool machine_id(struct inputs *in, char ret_id[33])
{
	struct err err = { 0 };
	int fd = beneath_open_file(in->root, "/etc/machine-id", 0, &err);
	ssize_t n = fd < 0 ? -1 : pread(fd, ret_id, 32, 0);

	if (fd >= 0)
		close(fd);
	ret_id[32] = '\0';
	return n == 32 && strspn(ret_id, "0123456789abcdef") == 32;
}

/*
 * Where the server keeps its journal, or NULL. OWN: only what its own journald writes. Beside that folder lie those of its
 * containers and of hosts that send theirs: whoever is root there writes into them what he likes.
 */
static const char *journal_place(struct inputs *in, bool own)
{
	static const char *const places[] = { "/var/log/journal", "/run/log/journal" };
	char id[33];
	bool known = own && machine_id(in, id);

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const char *path = known ? join(in->arena, places[i], span_str(id)) : places[i];

		if ((known || !own) && holds_journal(in, path, !known))
			return path;
	}
	return NULL;
}

void inputs_add_journal(struct inputs *in)
{
	const char *own = journal_place(in, true), *path = own ? own : journal_place(in, false);
	size_t before = in->n;

	if (!path)
		return;
	add_journal(in, path, "journal");
	if (in->n > before)
		in->file[before].journal = own != NULL;
}

static int open_journal(struct inputs *in, struct journal_input *j, uint32_t since, struct err *err)
{
	struct file_status st;
	int fd, out;

	/* The helper writes into a pipe, and a pipe cannot be read from its beginning again. */
	if (j->pid)
		return err_set(err, EXIT_SOFTWARE, "the systemd journal is read once");
	if (beneath_status(in->root, j->path, &st, err) == 0 && S_ISREG(st.mode))
		fd = beneath_open_file(in->root, j->path, in->named ? BENEATH_NAMED : 0, err);
	else
		fd = beneath_open_dir(in->root, j->path, err);
	if (fd < 0)
		return fd;
	out = journal_helper_start(fd, j->beside ? since ? since : 1 : 0, in->unconfined, &j->pid, err);
	close(fd);
	return out;
}

int inputs_ask_journal(struct inputs *in, uint32_t since, struct err *err)
{
	struct journal_input *j = &in->journal[in->njournals];
	const char *path = in->njournals ? NULL : journal_place(in, true);

	if (!path || !has_helper(in))
		return err_set(err, EXIT_NOINPUT,
			       "there is no journal of this server's own beside these logs");
	*j = (struct journal_input){ .path = path, .beside = true };
	in->njournals++;
	return open_journal(in, j, since, err);
}

static bool end_journal(struct inputs *in, struct journal_input *j, bool quiet)
{
	struct err err = { 0 };
	int rc = j->pid ? journal_helper_end(j->pid, &err) : 0;

	j->pid = 0;
	/* a journal that only root may read is none to a user who asks of logs that he may read */
	if (rc < 0 && !quiet && !(j->beside && geteuid() != 0))
		add_unseen(in, in->named ? j->path : "the systemd journal", err.text);
	return rc == 0;
}

bool inputs_journal_ended(struct inputs *in)
{
	struct journal_input *j = in->njournals ? &in->journal[in->njournals - 1] : NULL;

	return j && j->beside && j->pid && end_journal(in, j, false);
}

void inputs_end(struct inputs *in, bool quiet)
{
	/* Nobody reads the pipes any more: a helper that still writes ends by SIGPIPE. */
	for (size_t i = 0; i < in->njournals; i++)
		end_journal(in, &in->journal[i], quiet);
}

/* --- what the operator named, and what the configuration names --------------------------------- */

static void add_named_folder(struct inputs *in, const char *path)
{
	size_t before = in->n;

	add_tree(in, path);
	/* Journal files are no logs to add_tree, so this asks for a folder that holds nothing else. */
	if (in->n == before && holds_journal(in, path, true))
		add_journal(in, path, path);
}

void inputs_named(struct inputs *in, char *const *paths, size_t npaths)
{
	in->named = true;
	for (size_t i = 0; i < npaths; i++) {
		struct err err = { 0 };
		struct file_status st = { 0 };

		if (strcmp(paths[i], "-") == 0) {
			add_file(in, "-", &st);
		} else if (beneath_status(in->root, paths[i], &st, &err) < 0) {
			in->forbidden |= err.code == EXIT_NOPERM;
			add_unseen(in, paths[i], err.text);
		} else if (S_ISDIR(st.mode)) {
			add_named_folder(in, paths[i]);
		} else if (is_journal_name(span_str(paths[i]))) {
			add_journal(in, paths[i], paths[i]);
		} else {
			add_file(in, paths[i], &st);
		}
	}
}

/* A file that two settings name may say what either allows. */
static void allow(struct inputs *in, size_t before, const struct file_status *st, uint32_t only)
{
	for (size_t i = 0; i < before; i++)
		if (in->file[i].dev == st->device && in->file[i].ino == st->inode)
			in->file[i].only = in->file[i].only && only ? in->file[i].only | only : 0;
	if (in->n > before)
		in->file[in->n - 1].only = only;
}

/* REST of PATH leads to it beneath ROOT. */
static void add_logs(struct inputs *in, const struct root *root, struct span path, struct span rest,
		     uint32_t only, size_t home)
{
	ptrdiff_t slash = span_rfind(path, '/');
	char *dir = arena_str(in->arena, slash > 0 ? span_head(path, (size_t)slash) : SPAN("/"));
	ptrdiff_t under = span_rfind(rest, '/');
	const char *below = under > 0 ? arena_str(in->arena, span_head(rest, (size_t)under))
			    : home    ? "."
				      : "/";
	struct span base = span_from(path, (size_t)(slash + 1));
	struct err err = { 0 };
	struct span *names;
	size_t n;
	bool more;

	if (base.n == 0 || beneath_list(root, below, NAMES_MOST, in->arena, &names, &n, &more, &err) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct file_status st;
		char *name;

		if (!span_starts(names[i], base) || !span_eq(logset_base(names[i]), logset_base(base)))
			continue;
		name = join(in->arena, dir, names[i]);
		if (beneath_status(root, join(in->arena, below, names[i]), &st, &err) == 0 &&
		    S_ISREG(st.mode) && st.size > 0) {
			size_t before = in->n;

			add_file(in, name, &st);
			allow(in, before, &st, only);
			if (in->n > before)
				in->home[before] = home;
		}
	}
}

/* The home that PATH's first HOME bytes are; *RET_REST is how PATH goes on below it. False: there is none. */
static bool home_open(struct inputs *in, struct span path, size_t home, struct root *ret_root,
		      struct span *ret_rest)
{
	struct err err = { 0 };

	if (home >= path.n || path.p[home] != '/' ||
	    root_open_home(in->root, arena_str(in->arena, span_head(path, home)), ret_root, &err) < 0)
		return false;
	*ret_rest = span_from(path, home + 1);
	return true;
}

void inputs_add_log(struct inputs *in, struct span path, uint32_t only, size_t home)
{
	struct span rest = path;
	struct root root;

	if (home == 0) {
		add_logs(in, in->root, path, path, only, 0);
	} else if (home_open(in, path, home, &root, &rest)) {
		add_logs(in, &root, path, rest, only, home);
		root_close(&root);
	}
}

int inputs_open(struct inputs *in, size_t index, struct err *err)
{
	const char *path = in->file[index].name.p;

	for (size_t i = 0; i < in->njournals; i++)
		if (!in->journal[i].beside && in->journal[i].index == index)
			return open_journal(in, &in->journal[i], 0, err);

	if (in->named && strcmp(path, "-") == 0) {
		/* A copy above 2: the original stays ours when this one is closed behind the answer. */
		int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

		return fd < 0 ? err_sys(err, EXIT_NOINPUT, "cannot read standard input") : fd;
	}
	if (in->home && in->home[index]) {
		struct span rest;
		struct root root;
		int fd;

		if (!home_open(in, in->file[index].name, in->home[index], &root, &rest))
			return err_set(err, EXIT_NOINPUT, "%s: its home is not there any more", path);
		fd = beneath_open_file(&root, arena_str(in->arena, rest), 0, err);
		root_close(&root);
		return fd;
	}
	return beneath_open_file(in->root, path, in->named ? BENEATH_NAMED : 0, err);
}
