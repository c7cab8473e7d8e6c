/*
 * driver - see driver.h.
 */
#include "driver.h"
#include "app/actor.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WORDS 16
#define ACTIONS 2000

struct driver {
	FILE *out;
	struct actor_client *client;
	struct arena *arena;
	struct plan plan;
	uint32_t lifetime;
	bool failed, applying;
	struct span *release, *free;
	size_t nrelease, nfree, nstays;
	struct span *stays; /* what a removal leaves */
	unsigned asked; /* by the action under way */
	bool removing;
};

static struct span slurp(struct driver *d, const char *path)
{
	struct buf all = BUF_MAX(64 << 20);
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;
	struct span s;

	if (!f)
		exit(99);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(&all, piece, n);
	fclose(f);
	s = arena_span(d->arena, buf_view(&all));
	buf_free(&all);
	return s;
}

static struct action *add(struct driver *d, enum action_kind kind)
{
	struct action *v = &d->plan.actions[d->plan.nactions++];

	if (d->plan.nactions == ACTIONS)
		exit(98);
	*v = (struct action){ .kind = kind, .grade = 'A', .uid = PLAN_NO_UID, .lifetime = d->lifetime };
	v->what = span_str(action_kind_name(kind));
	return v;
}

static uint32_t uid_of(const char *word)
{
	return *word == '-' ? PLAN_NO_UID : (uint32_t)strtoul(word, NULL, 10);
}

static struct action *add_file(struct driver *d, enum action_kind kind, char **w)
{
	struct action *v = add(d, kind);

	v->uid = uid_of(w[1]);
	v->base = arena_span(d->arena, span_str(w[2]));
	v->path = arena_span(d->arena, span_str(w[3]));
	return v;
}

static struct span *words(struct driver *d, char **w, size_t *ret_n)
{
	struct span *s = arena_alloc(d->arena, WORDS * sizeof(*s));
	size_t n = 0;

	for (; w[n] && strcmp(w[n], "--") != 0; n++)
		s[n] = arena_span(d->arena, span_str(w[n]));
	*ret_n = n;
	return s;
}

static uint64_t born_of(uint32_t pid)
{
	char path[64], text[4096], *at;
	unsigned long long born = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	f = fopen(path, "r");
	if (!f || !fgets(text, sizeof(text), f))
		exit(97);
	fclose(f);
	at = strrchr(text, ')') + 2;
	for (int i = 0; i < 19; i++)
		at = strchr(at, ' ') + 1;
	born = strtoull(at, NULL, 10);
	return born;
}

static int see(void *owner, const struct journal_row *row)
{
	struct driver *d = owner;

	fprintf(d->out, "%llu %s ", (unsigned long long)row->id, act_state_name(row->state));
	if (getenv("DRIVE_TIMES"))
		fprintf(d->out, "%lld ", (long long)row->changed);
	fprintf(d->out, "%.*s\n", (int)row->text.n, row->text.p ? row->text.p : "");
	d->failed = d->failed ||
		    (d->applying && (row->state == ACT_STATE_FAILED || row->state == ACT_STATE_RACED));
	return 0;
}

static int held(void *owner, const struct span *ids, size_t n, struct arena *a, struct act_looked *ret,
		struct err *err)
{
	struct driver *d = owner;

	/* behind a removal: what is gone. Here all is, but for what was told to be still there */
	if (d->removing && d->asked++) {
		fprintf(d->out, "left %zu\n", d->nstays);
		ret->innocent = arena_alloc(a, n * sizeof(*ids));
		for (size_t i = 0; i < n; i++)
			if (!d->nstays || !span_eq(ids[i], d->stays[0]))
				ret->innocent[ret->ninnocent++] = ids[i];
		return 0;
	}
	fprintf(d->out, "held %zu\n", n);
	*ret = (struct act_looked){ d->release, d->nrelease, d->free, d->nfree };
	return 0;
}

static int apply(struct driver *d, struct err *err)
{
	struct act_planned *planned;
	enum act_state state;
	int rc = actor_plan(d->client, &d->plan, d->arena, &planned, err);

	d->applying = true;
	for (size_t i = 0; rc == 0 && i < d->plan.nactions; i++) {
		if (planned[i].undone)
			fprintf(d->out, "%llu was undone before\n", (unsigned long long)planned[i].id);
		d->asked = 0;
		d->removing = d->plan.actions[i].kind == ACTION_REMOVE_QUEUE;
		rc = actor_apply(d->client, i, held, see, d, &state, err);
	}
	d->applying = false;
	return rc;
}

static int request(struct driver *d, char **w, struct err *err)
{
	if (strcmp(w[0], "apply") == 0)
		return apply(d, err);
	if (strcmp(w[0], "plan") == 0) {
		struct act_planned *planned;

		return actor_plan(d->client, &d->plan, d->arena, &planned, err);
	}
	if (strcmp(w[0], "known") == 0) {
		struct act_planned *planned;
		int rc = actor_known(d->client, &d->plan, d->arena, &planned, err);

		for (size_t i = 0; rc == 0 && i < d->plan.nactions; i++)
			fprintf(d->out, "known%s%s\n", planned[i].undone ? " undone" : "",
				planned[i].same ? " same" : "");
		return rc;
	}
	if (strcmp(w[0], "undo") == 0)
		return actor_undo(d->client,
				  &(struct act_undo){ .what = span_str(w[1]), .moved = w[2] != NULL }, see, d,
				  err);
	if (strcmp(w[0], "expired") == 0)
		return actor_undo_expired(d->client, see, d, err);
	if (strcmp(w[0], "history") == 0)
		return actor_history(d->client, see, d, err);
	if (strcmp(w[0], "purge") == 0)
		return actor_purge(d->client, (uint32_t)strtoul(w[1], NULL, 10), see, d, err);
	if (strcmp(w[0], "wait") == 0) {
		usleep((useconds_t)strtoul(w[1], NULL, 10) * 1000);
		return 0;
	}
	return err_set(err, EXIT_USAGE, "unknown line %s", w[0]);
}

/* %0A and its like become bytes. */
static void decode(char *word)
{
	char *to = word, hex[3] = "";

	for (; *word; word++) {
		if (word[0] == '%' && word[1] && word[2]) {
			hex[0] = word[1];
			hex[1] = word[2];
			*to++ = (char)strtoul(hex, NULL, 16);
			word += 2;
		} else {
			*to++ = *word;
		}
	}
	*to = '\0';
}

static bool add_line(struct driver *d, char **w)
{
	struct action *v;
	size_t n;

	if (strcmp(w[0], "incident") == 0) {
		d->plan.incident = arena_span(d->arena, span_str(w[1]));
	} else if (strcmp(w[0], "sender") == 0) {
		d->plan.sender = arena_span(d->arena, span_str(w[1]));
	} else if (strcmp(w[0], "for") == 0) {
		d->lifetime = (uint32_t)strtoul(w[1], NULL, 10);
	} else if (strcmp(w[0], "release") == 0) {
		d->release = words(d, w + 1, &d->nrelease);
	} else if (strcmp(w[0], "stays") == 0) {
		d->stays = words(d, w + 1, &d->nstays);
	} else if (strcmp(w[0], "free") == 0) {
		d->free = words(d, w + 1, &d->nfree);
	} else if (strcmp(w[0], "hold") == 0) {
		add_file(d, ACTION_HOLD_FILE, w);
	} else if (strcmp(w[0], "modes") == 0) {
		v = add(d, ACTION_MODE);
		v->uid = uid_of(w[1]);
		v->base = arena_span(d->arena, span_str(w[2]));
		v->path = v->base;
		v->args = words(d, w + 3, &v->nargs);
	} else if (strcmp(w[0], "edit") == 0) {
		v = add_file(d, ACTION_EDIT, w);
		v->old_bytes = slurp(d, w[4]);
		v->new_bytes = slurp(d, w[5]);
		if (w[6]) {
			v->args = words(d, w + 6, &v->nargs);
			if (w[6 + v->nargs])
				v->back = words(d, w + 7 + v->nargs, &v->nback);
		}
	} else if (strcmp(w[0], "make") == 0 || strcmp(w[0], "put") == 0) {
		v = add_file(d, w[0][0] == 'm' ? ACTION_EDIT : ACTION_PUT_FILE, w);
		v->absent = w[0][0] == 'm';
		v->new_bytes = slurp(d, w[4]);
		v->mode = (uint32_t)strtoul(w[5], NULL, 8);
	} else if (strcmp(w[0], "firewall") == 0) {
		v = add(d, ACTION_FIREWALL);
		v->uid = strcmp(w[1], "uid") == 0 ? uid_of(w[2]) : PLAN_NO_UID;
		v->args = words(d, w + 1, &v->nargs);
	} else if (strcmp(w[0], "stop") == 0) {
		v = add(d, ACTION_STOP);
		v->uid = uid_of(w[1]);
		v->pid = uid_of(w[2]);
		v->born = born_of(v->pid);
	} else if (strcmp(w[0], "command") == 0) {
		v = add(d, ACTION_COMMAND);
		v->args = words(d, w + 1, &n);
		v->nargs = n;
		v->back = words(d, w + 2 + n, &v->nback);
	} else if (strcmp(w[0], "queue") == 0) {
		v = add(d, ACTION_HOLD_QUEUE);
		v->mta = arena_span(d->arena, span_str(w[1]));
		v->args = words(d, w + 2, &v->nargs);
	} else if (strcmp(w[0], "remove") == 0 || strcmp(w[0], "letgo") == 0 || strcmp(w[0], "flush") == 0) {
		v = add(d, *w[0] == 'r'	  ? ACTION_REMOVE_QUEUE
			   : *w[0] == 'l' ? ACTION_RELEASE_QUEUE
					  : ACTION_FLUSH_QUEUE);
		v->transient = *w[0] == 'f';
		v->mta = arena_span(d->arena, span_str(w[1]));
		v->args = words(d, w + 2, &v->nargs);
		if (w[2 + v->nargs])
			v->back = words(d, w + 3 + v->nargs, &v->nback);
	} else if (strcmp(w[0], "close") == 0) {
		v = add(d, ACTION_CLOSE_SOCKET);
		v->transient = true;
		v->uid = uid_of(w[1]);
		v->args = words(d, w + 2, &v->nargs);
	} else if (strcmp(w[0], "logout") == 0) {
		v = add(d, ACTION_END_LOGIN);
		v->transient = true;
		v->args = words(d, w + 1, &v->nargs);
	} else {
		return false;
	}
	return true;
}

int drive(const char *state, const char *root, FILE *lines, FILE *answers)
{
	struct driver d = { .out = answers, .arena = arena_new() };
	struct buf note = BUF_MAX(1 << 16);
	struct actor_want want = { .state_dir = state, .root = root };
	const uint32_t allowed[] = { 1999 };
	struct err err = { 0 };
	static char line[65536];
	int rc;

	want.allow = allowed;
	want.nallow = 1;
	d.plan.actions = arena_alloc(d.arena, ACTIONS * sizeof(struct action));
	rc = actor_start(&want, &d.client, &note, &err);
	if (note.n)
		fprintf(answers, "note %.*s\n", (int)note.n, note.p);
	while (rc == 0 && fgets(line, sizeof(line), lines)) {
		char *w[WORDS + 1] = { NULL }, *save = NULL;
		size_t n = 0;

		line[strcspn(line, "\n")] = '\0';
		for (char *word = strtok_r(line, "\t", &save); word && n < WORDS;
		     word = strtok_r(NULL, "\t", &save))
			decode(w[n++] = word);
		if (n && !add_line(&d, w))
			rc = request(&d, w, &err);
		fflush(answers);
	}
	if (rc < 0)
		fprintf(answers, "error %d %s\n", -rc, err.text);
	actor_end(d.client);
	arena_free(d.arena);
	buf_free(&note);
	return rc < 0 ? -rc : d.failed;
}
