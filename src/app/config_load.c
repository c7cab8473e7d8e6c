/*
 * config_load - finds and reads the configuration's files (config.h). Always this host's own /etc, also
 * with --root: the operator's settings are not part of the server under examination.
 * TRUST: root's folder; a FIFO or a file without end in it is refused, not waited for.
 */
#include "app/config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (1u << 20) /* limit config, bytes: of one file */
#define FILES_MAX 256 /* limit config: files */

static const char main_file[] = "/etc/spamtrail/spamtrail.conf";
static const char folder[] = "/etc/spamtrail/conf.d";

static int world_code(void)
{
	return errno == EACCES || errno == EPERM ? EXIT_NOPERM : errno == ENOENT ? EXIT_NOINPUT : EXIT_IO;
}

static int read_all(int fd, const char *path, struct buf *out, struct err *err)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, EXIT_IO, "%s: cannot read", path);
		buf_add(out, piece, (size_t)n);
	}
	return out->over ? err_set(err, EXIT_CONFIG, "%s: larger than %zu MiB", path, out->max >> 20) : 0;
}

int config_read_file(const char *path, struct buf *out, bool *ret_others, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), code;
	struct stat st;

	if (fd < 0)
		return err_sys(err, (enum exit_code)world_code(), "%s: cannot open", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		code = err_set(err, EXIT_CONFIG, "%s: not a file", path);
	else
		code = read_all(fd, path, out, err);
	*ret_others = code == 0 && (st.st_mode & 07) != 0;
	close(fd);
	return code;
}

static int load_file(struct config *c, const char *path, struct err *err)
{
	struct buf text = BUF_MAX(FILE_MAX);
	unsigned secrets = c->secrets;
	size_t mistakes = c->nmistakes;
	bool others = false;
	int code = config_read_file(path, &text, &others, err);

	if (code == 0)
		code = config_parse(c, buf_view(&text), path, err);
	if ((code == 0 || c->mistakes) && c->secrets > secrets && others) {
		code = err_set(err, EXIT_CONFIG,
			       "%s: it holds a key and everybody may read it: chmod o-rwx %s", path, path);
		config_mistake(c, path, 0, err);
	} else if (code < 0 && c->nmistakes == mistakes) {
		config_mistake(c, path, 0, err);
	}
	if (code == 0)
		c->files[c->nfiles++] = arena_str(c->arena, span_str(path));
	buf_free(&text);
	return code;
}

static int wanted(const struct dirent *d)
{
	return d->d_name[0] != '.' && span_ends(span_str(d->d_name), SPAN(".conf"));
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_names(struct config *c, struct dirent **list, int n, struct err *err)
{
	int code = 0;

	for (int i = 0; i < n && (code == 0 || c->mistakes); i++) {
		struct buf path = BUF_MAX(1024);
		int one;

		buf_addf(&path, "%s/%s", folder, list[i]->d_name);
		buf_byte(&path, '\0');
		one = load_file(c, path.p, err);
		code = one < 0 ? one : code;
		buf_free(&path);
	}
	return code;
}

static int load_folder(struct config *c, struct err *err)
{
	struct dirent **list = NULL;
	int n = scandir(folder, &list, wanted, by_name), code = 0;

	if (n < 0 && errno != ENOENT)
		code = err_sys(err, (enum exit_code)world_code(), "%s: cannot list", folder);
	else if (n > FILES_MAX - 1)
		code = err_set(err, EXIT_CONFIG, "%s: more than %d files", folder, FILES_MAX - 1);
	if (code < 0)
		config_mistake(c, folder, 0, err);
	else
		code = load_names(c, list, n, err);
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return code;
}

static int load(struct config *c, const char *file, struct err *err)
{
	int code, rest;

	if (file)
		return load_file(c, file, err);
	code = access(main_file, F_OK) == 0 || errno != ENOENT ? load_file(c, main_file, err) : 0;
	if (code < 0 && !c->mistakes)
		return code;
	rest = load_folder(c, err);
	return rest < 0 ? rest : code;
}

static void begin(struct config *c)
{
	config_defaults(c);
	c->files = arena_alloc(c->arena, FILES_MAX * sizeof(*c->files));
}

int config_load(struct config *ret_config, const char *file, struct err *err)
{
	begin(ret_config);
	return load(ret_config, file, err);
}

int config_check(struct config *ret_config, const char *file, struct err *err)
{
	begin(ret_config);
	ret_config->mistakes = arena_alloc(ret_config->arena, MISTAKES_KEPT * sizeof(*ret_config->mistakes));
	return load(ret_config, file, err);
}
