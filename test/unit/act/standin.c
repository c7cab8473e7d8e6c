/*
 * standin - what programs of mail servers, panels and the firewall would do, in folders: DIR/mail/queue and hold have a file for
 * each message, DIR/mail/frozen one for each that is frozen; DIR/mail/nft is the firewall's table, suspended a panel's state.
 */
#include "faulty.h"

#include "base/err.h"
#include "sys/spawn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void path_of(char out[256], const char *folder, const char *name)
{
	snprintf(out, 256, "%s/mail/%s%s%s", dir, folder, *folder ? "/" : "", name);
}

static bool has(const char *folder, const char *name)
{
	char path[256];
	FILE *f;

	path_of(path, folder, name);
	f = fopen(path, "r");
	if (f)
		fclose(f);
	return f != NULL;
}

static void move(const char *from, const char *to, const char *name)
{
	char a[256], b[256];

	path_of(a, from, name);
	path_of(b, to, name);
	if (*to)
		rename(a, b);
	else
		unlink(a);
}

static void put(const char *folder, const char *name, struct span bytes)
{
	char path[256];
	FILE *f;

	path_of(path, folder, name);
	f = fopen(path, "w");
	if (!f || (bytes.n && fwrite(bytes.p, 1, bytes.n, f) != bytes.n))
		abort();
	fclose(f);
}

static void one_of(const char *flag, const char *id)
{
	/* DIR/mail/locked: under delivery, so it stays where it is */
	if (has("locked", id))
		return;
	if (strcmp(flag, "-h") == 0)
		move("queue", "hold", id);
	else if (strcmp(flag, "-H") == 0)
		move("hold", "queue", id);
	else if (strcmp(flag, "-d") == 0)
		move("queue", "", id), move("hold", "", id);
	else if (strcmp(flag, "-Mf") == 0)
		put("frozen", id, SPAN_NONE);
	else if (strcmp(flag, "-Mt") == 0)
		move("frozen", "", id);
}

static int postsuper(const struct spawn *s)
{
	struct span left = s->input;
	char id[64];

	while (left.n) {
		ptrdiff_t end = span_find(left, 0, '\n');

		snprintf(id, sizeof(id), "%.*s", (int)end, left.p);
		one_of(s->argv[1], id);
		left = span_from(left, (size_t)end + 1);
	}
	return 0;
}

static int show(const struct spawn *s, const char *id)
{
	if (!has("queue", id) && !has("hold", id))
		return 1;
	buf_addf(s->output, "the message %s\n", id);
	return 0;
}

static int exim(const struct spawn *s)
{
	const char *const *w = s->argv + 1;
	const char *flag;
	int locked = 0;

	if (strcmp(*w, "-qf") == 0 || strcmp(*w, "-bV") == 0 || strcmp(*w, "-M") == 0)
		return 0;
	if (strcmp(*w, "-qGspamtrail") == 0)
		w++;
	flag = *w++;
	if (strcmp(flag, "-Mvh") == 0 || strcmp(flag, "-Mvb") == 0)
		return show(s, *w);
	if (strcmp(flag, "-Mrm") == 0)
		flag = "-d";
	if (strcmp(flag, "-MG") == 0) {
		/* one from before named queues knows no such flag */
		if (has("", "old-exim"))
			return 1;
		flag = **w++ ? "-h" : "-H";
	}
	for (; *w; w++) {
		locked |= has("locked", *w);
		one_of(flag, *w);
	}
	return locked;
}

int standin_run(const struct spawn *s)
{
	const char *name = strrchr(s->argv[0], '/') + 1;
	char path[256];
	int status;
	FILE *f;

	/* DIR/mail/status: what any of them ends with, and it says nothing */
	path_of(path, "", "status");
	f = fopen(path, "r");
	if (f) {
		status = fscanf(f, "%d", &status) == 1 ? status : 99;
		fclose(f);
		return status;
	}

	if (strcmp(name, "postsuper") == 0)
		return postsuper(s);
	if (strcmp(name, "exim4") == 0 || strcmp(name, "exim") == 0)
		return exim(s);
	if (strcmp(name, "postcat") == 0)
		return show(s, s->argv[2]);
	if (strcmp(name, "nft") == 0) {
		move("", "", "nft");
		if (span_search(s->input, 0, SPAN("chain")) >= 0)
			put("", "nft", s->input);
	} else if (strcmp(name, "whmapi1") == 0) {
		move("", "", "suspended");
		if (strstr(s->argv[2], "hold_") == s->argv[2])
			put("", "suspended", SPAN_NONE);
		buf_str(s->output, "{\"metadata\":{\"result\":1}}");
	}
	return 0;
}
