/*
 * mailboxes - see mailboxes.h. No subfolder but a Maildir's own is gone into.
 *
 * TRUST: names in a mailbox are the mail system's or its owner's; only regular files are opened, beneath ROOT.
 */
#include "app/mailboxes.h"

#include "base/arena_more.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void add(struct mailboxes *m, struct span path)
{
	if (m->n == MAILBOXES_MOST) {
		m->more = true;
		return;
	}
	m->path = arena_more(m->arena, m->path, m->n, &m->room, 64, sizeof(*m->path));
	m->path[m->n++] = span_of(arena_str(m->arena, path), path.n);
}

static char *joined(struct mailboxes *m, const char *dir, struct span name)
{
	size_t n = strlen(dir);
	char *path = arena_alloc(m->arena, n + name.n + 2);

	memcpy(path, dir, n);
	path[n] = '/';
	memcpy(path + n + 1, name.p, name.n);
	return path;
}

static bool is_dir(const struct mailboxes *m, const char *path)
{
	struct file_status st;

	return beneath_status(m->root, path, &st, NULL) == 0 && S_ISDIR(st.mode);
}

static int add_folder(struct mailboxes *m, const char *dir, struct err *err)
{
	struct span *names;
	size_t n;
	bool more;
	int rc = beneath_list(m->root, dir, MAILBOXES_MOST, m->arena, &names, &n, &more, err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		char *path = joined(m, dir, names[i]);

		/* Hidden: a Maildir's subfolders and its server's own indexes. */
		if (names[i].p[0] != '.' && !is_dir(m, path))
			add(m, span_str(path));
	}
	m->more = m->more || (rc == 0 && more);
	return rc;
}

int mailboxes_add(struct mailboxes *m, const char *path, struct err *err)
{
	int rc;

	if (strcmp(path, "-") == 0 || !is_dir(m, path)) {
		add(m, span_str(path));
		return 0;
	}
	if (!is_dir(m, joined(m, path, SPAN("cur"))))
		return add_folder(m, path, err);
	rc = add_folder(m, joined(m, path, SPAN("new")), err);
	return rc < 0 ? rc : add_folder(m, joined(m, path, SPAN("cur")), err);
}

int mailboxes_open(const struct mailboxes *m, size_t index, struct err *err)
{
	if (span_eq(m->path[index], SPAN("-"))) {
		int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

		return fd >= 0 ? fd : err_sys(err, EXIT_IO, "standard input cannot be read");
	}
	return beneath_open_file(m->root, m->path[index].p, m->root->kind == ROOT_HOST ? BENEATH_NAMED : 0,
				 err);
}
