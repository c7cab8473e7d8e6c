/*
 * yara_helper - see yara_helper.h.
 * TRUST: as there. The folder of rules is the operator's; what lies in it is opened without following a link.
 */
#include "app/yara_helper.h"

#include "app/config.h"
#include "app/helper.h"
#include "base/hash.h"
#include "base/pack.h"
#include "sys/channel.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES_MOST 4096
#define ANSWER_MOST (1u << 20)
#define DEATHS_MOST 5
#define RULE_MOST (32u << 20)
/* Seconds for one answer: the helper's own limit is shorter, but libyara does not look at the clock everywhere. */
#define RULES_SECONDS 60 /* limit scan, s: for YARA to read its rules */
#define WAIT 10 /* limit scan, s: for YARA to answer about one file */

static const char program[] = "spamtrail-yara";

struct yara_helper {
	char *folder;
	bool unconfined, runs;
	struct channel channel;
	pid_t pid;
	size_t rules, deaths;
	uint64_t sum;
	struct buf *notes; /* while it is started for the first time */
};

static int wanted(const struct dirent *d)
{
	struct span name = span_str(d->d_name);

	return name.p[0] != '.' && (span_ends(name, SPAN(".yar")) || span_ends(name, SPAN(".yara")));
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_to_sum(struct yara_helper *y, const char *path)
{
	struct buf bytes = BUF_MAX(RULE_MOST);
	struct err err;
	bool others;

	if (config_read_file(path, &bytes, &others, &err) == 0)
		y->sum = hash_span(buf_view(&bytes), y->sum + 1);
	buf_free(&bytes);
}

static int give_rule(struct yara_helper *y, const char *folder, const char *name, bool load, struct err *err)
{
	char path[PATH_MAX];
	struct buf body = BUF_MAX(PATH_MAX + 16);
	struct packer p = { .out = &body };
	struct stat st;
	int fd, rc = 0;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	pack_u8(&p, load);
	pack_span(&p, span_str(name));
	rc = channel_send(&y->channel, YARA_RULES, buf_view(&body), &fd, 1, err);
	close(fd);
	buf_free(&body);
	if (y->notes)
		add_to_sum(y, path);
	return rc;
}

static int give_rules(struct yara_helper *y, const char *folder, bool load, struct err *err)
{
	struct dirent **names;
	int n = scandir(folder, &names, wanted, by_name), rc = 0;

	for (int i = 0; i < n; i++) {
		if (rc == 0 && i < FILES_MOST)
			rc = give_rule(y, folder, names[i]->d_name, load, err);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return rc;
}

static int take_ready(struct yara_helper *y, struct err *err)
{
	struct message m = { 0 };
	struct unpacker u;
	uint32_t n;
	int rc = channel_receive(&y->channel, &m, err);

	for (size_t i = 0; i < m.nfds; i++)
		close(m.fds[i]);
	if (rc <= 0 || m.type != YARA_READY)
		return rc < 0 ? rc : err_set(err, EXIT_SOFTWARE, "%s ended before it was ready", program);
	u = (struct unpacker){ .left = m.body };
	y->rules = unpack_u32(&u);
	n = unpack_count(&u, 1000);
	for (uint32_t i = 0; i < n; i++) {
		struct span text = unpack_span(&u);

		if (y->notes)
			buf_addf(y->notes, "YARA: %.*s\n", (int)span_head(text, 400).n, text.p);
	}
	if (!unpack_done(&u) || y->rules > FILES_MOST)
		return err_set(err, EXIT_SOFTWARE, "%s spoke nonsense", program);
	return 0;
}

static void end(struct yara_helper *y)
{
	struct err err;
	int status;

	if (!y->runs)
		return;
	channel_close(&y->channel);
	/* it may be in the middle of a file that takes for ever */
	kill(y->pid, SIGKILL);
	helper_wait(y->pid, program, &status, &err);
	y->runs = false;
}

static int begin(struct yara_helper *y, struct err *err)
{
	struct helper_want want = { .name = program };
	char whitelists[PATH_MAX];
	int ends[2];
	int rc = channel_pair(ends, err);

	if (rc < 0)
		return rc;
	if (y->unconfined)
		want.args[0] = "--unconfined";
	memcpy(want.fds, (int[]){ ends[1], -1, -1, -1 }, sizeof(want.fds));
	rc = helper_start(&want, &y->pid, err);
	close(ends[1]);
	if (rc < 0) {
		close(ends[0]);
		return rc;
	}
	y->runs = true;
	/* compiling some thousand rules takes its time; files do not */
	channel_open(&y->channel, ends[0], ANSWER_MOST, RULES_SECONDS);
	snprintf(whitelists, sizeof(whitelists), "%s/whitelists", y->folder);
	rc = give_rules(y, y->folder, true, err);
	if (rc == 0)
		rc = give_rules(y, whitelists, false, err);
	if (rc == 0)
		rc = channel_send(&y->channel, YARA_READY, SPAN_NONE, NULL, 0, err);
	if (rc == 0)
		rc = take_ready(y, err);
	if (rc < 0)
		end(y);
	return rc;
}

static bool any_rules(const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, wanted, by_name);

	for (int i = 0; i < n; i++)
		free(names[i]);
	if (n >= 0)
		free(names);
	return n > 0;
}

struct yara_helper *yara_helper_new(const char *folder, bool unconfined, struct buf *notes)
{
	struct yara_helper *y;
	struct err err = { 0 };

	if (!any_rules(folder))
		return NULL;
	if (!helper_installed(program)) {
		buf_addf(notes, "the YARA rules in %s are not used: %s is not installed\n", folder, program);
		return NULL;
	}
	y = xcalloc(1, sizeof(*y));
	y->folder = strdup(folder);
	y->unconfined = unconfined;
	y->notes = notes;
	if (begin(y, &err) < 0) {
		buf_addf(notes, "the YARA rules in %s are not used: %s\n", folder, err.text);
		yara_helper_free(y);
		return NULL;
	}
	y->notes = NULL;
	return y;
}

void yara_helper_free(struct yara_helper *y)
{
	if (!y)
		return;
	end(y);
	free(y->folder);
	free(y);
}

size_t yara_helper_rules(const struct yara_helper *y)
{
	return y ? y->rules : 0;
}

uint64_t yara_helper_sum(const struct yara_helper *y)
{
	return y ? y->sum : 0;
}

static int ask(struct yara_helper *y, int fd, struct span path, struct arena *a, struct span *name,
	       size_t *ret_n, struct span *ret_why, struct err *err)
{
	struct buf body = BUF_MAX(2 * PATH_MAX);
	struct packer p = { .out = &body };
	struct message m = { 0 };
	struct unpacker u;
	uint32_t n;
	int rc;

	pack_span(&p, path);
	rc = channel_send(&y->channel, YARA_FILE, buf_view(&body), &fd, 1, err);
	buf_free(&body);
	if (rc == 0)
		rc = channel_receive(&y->channel, &m, err);
	for (size_t i = 0; i < m.nfds; i++)
		close(m.fds[i]);
	if (rc <= 0 || m.type != YARA_FILE)
		return -EXIT_SOFTWARE;
	u = (struct unpacker){ .left = m.body };
	*ret_why = arena_span(a, unpack_span(&u));
	n = unpack_count(&u, YARA_NAMES_MOST);
	for (uint32_t i = 0; i < n; i++)
		name[i] = arena_span(a, span_head(unpack_span(&u), 200));
	*ret_n = n;
	return unpack_done(&u) ? 0 : -EXIT_SOFTWARE;
}

size_t yara_helper_ask(struct yara_helper *y, int fd, struct span path, struct arena *a,
		       struct span ret_name[YARA_NAMES_MOST], struct span *ret_why)
{
	struct err err = { 0 };
	size_t n = 0;

	*ret_why = SPAN_NONE;
	if (!y->runs && y->deaths <= DEATHS_MOST && begin(y, &err) < 0)
		y->deaths = DEATHS_MOST + 1;
	if (!y->runs) {
		*ret_why = SPAN("YARA was ended by too many files, this one was not looked at");
		return 0;
	}
	if (ask(y, fd, path, a, ret_name, &n, ret_why, &err) == 0)
		return n;
	end(y);
	y->deaths++;
	*ret_why = SPAN("YARA was ended by it");
	return 0;
}
