/*
 * lists - see lists.h. The shipped table lies in rules/ beside this program (where it was built) or in the data folder.
 *
 * TRUST: the operator's own files and ours; keys out of the configuration end up in names that are asked, never in
 * what is shown.
 */
#include "app/lists.h"

#include "app/helper.h"
#include "repute/blocklists.h"
#include "base/arena.h"
#include "app/config.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes of one table; the shipped one is far below. */
#define FILE_MAX (1u << 20)

static const char folder[] = "/etc/spamtrail/blocklists.d";

static int read_file(struct blocklists *b, const char *path, struct err *err)
{
	struct buf text = BUF_MAX(FILE_MAX);
	bool others;
	int rc = config_read_file(path, &text, &others, err);

	if (rc == 0)
		rc = blocklists_read(b, buf_view(&text), path, err);
	buf_free(&text);
	return rc;
}

static int read_shipped(struct blocklists *b, struct err *err)
{
	char path[PATH_MAX];

	/* Where the program was built first: its own table, not that of an older one that is installed. */
	if (!helper_beside(path, sizeof(path), "rules/blocklists.conf") || access(path, R_OK) < 0)
		snprintf(path, sizeof(path), "%s/blocklists.conf", SPAMTRAIL_DATA);
	return read_file(b, path, err);
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

static int read_folder(struct blocklists *b, struct err *err)
{
	struct dirent **list;
	int n = scandir(folder, &list, wanted, by_name), rc = 0;

	if (n < 0)
		return errno == ENOENT ? 0 : err_sys(err, EXIT_NOPERM, "%s: cannot list", folder);
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
		if (rc == 0)
			rc = read_file(b, path, err);
		free(list[i]);
	}
	free(list);
	return rc;
}

int lists_load(struct arena *a, const struct config *c, struct blocklist **ret_list, size_t *ret_n,
	       struct err *err)
{
	struct blocklists b = { .arena = a };
	const struct list_key keys[] = { { SPAN("spamhaus"), span_str(c->key_spamhaus.value) },
					 { SPAN("abusix"), span_str(c->key_abusix.value) } };
	struct span *only = arena_alloc(a, (c->only_lists.n + 1) * sizeof(*only));
	int rc = read_shipped(&b, err);

	if (rc == 0)
		rc = read_folder(&b, err);
	for (size_t i = 0; i < c->list_files.n && rc == 0; i++)
		rc = read_file(&b, c->list_files.item[i].value, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < c->only_lists.n; i++)
		only[i] = span_str(c->only_lists.item[i].value);
	*ret_n = blocklists_choose(&b, keys, sizeof(keys) / sizeof(*keys), only, c->only_lists.n, ret_list);
	return *ret_n ? 0 : err_set(err, EXIT_CONFIG, "[reputation] only names no list that there is");
}
