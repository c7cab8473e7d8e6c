/*
 * scen - runs scenario files: some log text in, verdicts out. The language is described in README.md.
 *
 * Usage: scen PROGRAM FILE.scen...   Prints TAP, one result a scenario; what differs stands behind it as comments.
 * Every investigation is done twice, the second time in tiny blocks by three workers, and must give the same bytes.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MOST 64
#define NOW_DEFAULT "2026-11-23 12:00:00"

struct scenario {
	const char *program, *name;
	char root[64];
	long long now;
	char *out; /* standard output of the last run */
	int code;
	struct json_object *json;
	char *why; /* what went wrong so far */
	size_t why_n;
	FILE *said;
	const char *skip;
	const char *feed; /* file of the server that is piped to standard input, or NULL */
};

static void __attribute__((format(printf, 3, 4))) wrong(struct scenario *s, int line, const char *format, ...)
{
	va_list list;

	fprintf(s->said, "# line %d: ", line);
	va_start(list, format);
	vfprintf(s->said, format, list);
	va_end(list);
	fputc('\n', s->said);
}

/* Words of LINE, "in quotes" one word; cut in place. */
static int words_of(char *line, char **word)
{
	int n = 0;

	while (*line && n < WORDS_MOST - 1) {
		bool quoted;
		char *to;

		while (isspace((unsigned char)*line))
			line++;
		if (!*line)
			break;
		word[n++] = to = line;
		for (quoted = false; *line && (quoted || !isspace((unsigned char)*line)); line++)
			if (*line == '"')
				quoted = !quoted;
			else
				*to++ = *line;
		if (*line)
			line++;
		*to = 0;
	}
	word[n] = NULL;
	return n;
}

/* --- the made-up server ------------------------------------------------------------------------ */

static void make_folders(char *path)
{
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(path, 0755);
		*slash = '/';
	}
}

static void set_time(const struct scenario *s, const char *path)
{
	struct timespec at[2] = { { .tv_sec = s->now }, { .tv_sec = s->now } };

	utimensat(AT_FDCWD, path, at, 0);
}

static void write_file(const struct scenario *s, char *path, const char *text)
{
	FILE *f;

	make_folders(path);
	f = fopen(path, "we");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
		perror(path);
		exit(74);
	}
	set_time(s, path);
}

static void usual_server(const struct scenario *s)
{
	char passwd[] = "etc/passwd", domains[] = "etc/userdomains";

	write_file(s, passwd,
		   "root:x:0:0:root:/root:/bin/bash\n"
		   "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
		   "postfix:x:106:113::/var/spool/postfix:/usr/sbin/nologin\n"
		   "Debian-exim:x:107:114::/var/spool/exim4:/usr/sbin/nologin\n"
		   "shop:x:1001:1001:,,,:/home/shop:/bin/bash\n"
		   "blog:x:1002:1002:,,,:/home/blog:/bin/bash\n"
		   "nina:x:1003:1003:,,,:/home/nina:/bin/bash\n");
	write_file(s, domains, "shop.example: shop\nblog.example: blog\nnina.example: nina\n");
}

/* A command line of the scenario, in the server's root. 77: a tool is missing. */
static int shell(struct scenario *s, const char *command)
{
	char now[32];
	int status;

	snprintf(now, sizeof(now), "@%lld", s->now);
	setenv("NOW", now, 1);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* --- runs --------------------------------------------------------------------------------------- */

static char *read_all(int fd, size_t *ret_n)
{
	size_t n = 0, room = 1 << 16;
	char *text = malloc(room);
	ssize_t got;

	while (text && (got = read(fd, text + n, room - n - 1)) > 0) {
		n += (size_t)got;
		if (room - n < 4096)
			text = realloc(text, room *= 2);
	}
	if (!text)
		exit(70);
	text[n] = 0;
	*ret_n = n;
	return text;
}

/* Standard input becomes a pipe in which another process writes FILE, bit by bit. */
static void feed(const char *file)
{
	char block[97];
	int ends[2], in = open(file, O_RDONLY);
	ssize_t n;

	if (in < 0 || pipe(ends) < 0)
		_exit(126);
	if (fork() == 0) {
		while ((n = read(in, block, sizeof(block))) > 0 && write(ends[1], block, (size_t)n) == n)
			;
		_exit(0);
	}
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	close(ends[1]);
}

static char *run_once(struct scenario *s, char **argv, bool tiny, int *ret_code, size_t *ret_n)
{
	int ends[2], status;
	char now[32], *out;
	pid_t pid;

	if (pipe(ends) < 0 || (pid = fork()) < 0)
		exit(70);
	if (pid == 0) {
		snprintf(now, sizeof(now), "%lld", s->now);
		setenv("SPAMTRAIL_TEST_NOW", now, 1);
		setenv("SPAMTRAIL_TEST_BLOCK", tiny ? "251" : "0", 1);
		setenv("SPAMTRAIL_TEST_WORKERS", tiny ? "3" : "1", 1);
		dup2(ends[1], STDOUT_FILENO);
		dup2(open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
		close(ends[0]);
		if (s->feed) {
			close(ends[1]);
			feed(s->feed);
		}
		execv(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	out = read_all(ends[0], ret_n);
	close(ends[0]);
	waitpid(pid, &status, 0);
	*ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return out;
}

/* "investigate ARGUMENTS": --json is understood, and --root . unless the line names another or none with PATHs. */
static void run(struct scenario *s, int line, char *command)
{
	char *word[WORDS_MOST], *argv[WORDS_MOST + 4];
	int n = words_of(command, word), at = 0, code;
	bool json = n && (strcmp(word[0], "investigate") == 0 || strcmp(word[0], "doctor") == 0);
	size_t size, again;
	char *second;

	s->feed = n && word[n - 1][0] == '<' ? word[--n] + 1 : NULL;
	argv[at++] = (char *)s->program;
	if (n)
		argv[at++] = word[0];
	if (json) {
		argv[at++] = (char *)"--json";
		argv[at++] = (char *)"--root";
		argv[at++] = (char *)".";
	}
	for (int i = 1; i < n; i++)
		argv[at++] = word[i];
	argv[at] = NULL;
	free(s->out);
	json_object_put(s->json);
	s->out = run_once(s, argv, false, &s->code, &size);
	second = run_once(s, argv, true, &code, &again);
	if (code != s->code || size != again || memcmp(s->out, second, size) != 0)
		wrong(s, line, "three workers in blocks of 251 bytes give another answer (exit %d and %d)",
		      s->code, code);
	free(second);
	s->json = json && size ? json_tokener_parse(s->out) : NULL;
	if (json && !s->json && s->code < 64)
		wrong(s, line, "no JSON came out, exit %d", s->code);
}

/* "FILE CODE": what an investigation elsewhere printed, and its exit code. The lab's way in. */
static void given(struct scenario *s, int line, char *rest)
{
	char *word[WORDS_MOST];
	int n = words_of(rest, word), fd = n == 2 ? open(word[0], O_RDONLY | O_CLOEXEC) : -1;
	size_t size;

	if (fd < 0) {
		wrong(s, line, "given takes a file that is there, and a code");
		return;
	}
	free(s->out);
	json_object_put(s->json);
	s->out = read_all(fd, &size);
	close(fd);
	s->code = atoi(word[1]);
	s->json = json_tokener_parse(s->out);
	if (!s->json)
		wrong(s, line, "no JSON came out, exit %d", s->code);
}

/* --- expectations --------------------------------------------------------------------------------- */

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(o, key, &value);
	return value;
}

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *value = member(o, key);

	return value ? json_object_get_string(value) : "-";
}

/* Does one of the list's objects have VALUE under KEY? */
static bool list_has(struct json_object *list, const char *key, const char *value)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		if (strcmp(text_of(json_object_array_get_idx(list, i), key), value) == 0)
			return true;
	return false;
}

static const char *const lists[][3] = {
	/* word, list, key in its objects */
	{ "place", "places", "path" },
	{ "client", "clients", "ip" },
	{ "reason", "reasons", "signal" },
};

/* key=value, key<value or key>value of O. */
static bool fits(struct json_object *o, const char *claim, char *why, size_t room)
{
	size_t n = strcspn(claim, "=<>");
	const char *value = claim + n + 1, *have;
	char key[64];

	if (n >= sizeof(key) || !claim[n])
		return false;
	memcpy(key, claim, n);
	key[n] = 0;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (strcmp(key, lists[i][0]) == 0) {
			snprintf(why, room, "no %s %s", key, value);
			return list_has(member(o, lists[i][1]), lists[i][2], value);
		}
	have = text_of(o, key);
	snprintf(why, room, "%s is %s", key, have);
	if (claim[n] == '=')
		return strcmp(have, value) == 0;
	return claim[n] == '<' ? atof(have) < atof(value) : atof(have) > atof(value);
}

static void tell_senders(struct scenario *s)
{
	struct json_object *rows = member(s->json, "senders");

	for (size_t i = 0; rows && i < json_object_array_length(rows) && i < 12; i++) {
		struct json_object *r = json_object_array_get_idx(rows, i);

		fprintf(s->said,
			"#   there is: %s %s account=%s messages=%s recipients=%s delivered=%s deferred=%s "
			"bounced=%s"
			" verdict=%s\n",
			text_of(r, "kind"), text_of(r, "id"), text_of(r, "account"), text_of(r, "messages"),
			text_of(r, "recipients"), text_of(r, "delivered"), text_of(r, "deferred"),
			text_of(r, "bounced"), text_of(r, "verdict"));
	}
}

/* Do all claims hold of this row? WHY: the first that does not. */
static bool row_fits(struct json_object *row, char **word, int n, char *why, size_t room)
{
	if ((strcmp(word[1], "*") && strcmp(text_of(row, "kind"), word[1])) ||
	    (strcmp(word[2], "*") && strcmp(text_of(row, "id"), word[2])))
		return false;
	for (int i = 3; i < n; i++)
		if (!fits(row, word[i], why, room))
			return false;
	return true;
}

/* sender KIND ID [key=value...], * for any; with WANTED false no such row may be there. There may be several of one id. */
static void check_sender(struct scenario *s, int line, char **word, int n, bool wanted)
{
	struct json_object *rows = member(s->json, "senders");
	char why[1024] = "no such row";
	bool found = false;

	for (size_t i = 0; n > 2 && rows && i < json_object_array_length(rows) && !found; i++)
		found = row_fits(json_object_array_get_idx(rows, i), word, n, why, sizeof(why));
	if (found == wanted)
		return;
	wrong(s, line, "%s %s: %s", word[1], n > 2 ? word[2] : "", wanted ? why : "is there");
	tell_senders(s);
}

static bool any_contains(struct json_object *list, const char *part)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		if (strstr(json_object_get_string(json_object_array_get_idx(list, i)), part))
			return true;
	return false;
}

static void check_numbers(struct scenario *s, int line, struct json_object *o, char **word, int n)
{
	char why[1024];

	for (int i = 1; i < n; i++)
		if (!o || !fits(o, word[i], why, sizeof(why)))
			wrong(s, line, "%s: %s", word[0], o ? why : "not there");
}

/* explain's objects, one a line: object N key=value... */
static void check_object(struct scenario *s, int line, char **word, int n)
{
	const char *at = s->out;
	char why[1024];

	for (int skip = atoi(word[1]); skip > 1 && at; skip--)
		at = (at = strchr(at, '\n')) ? at + 1 : NULL;

	struct json_object *o = at ? json_tokener_parse(at) : NULL;

	for (int i = 2; i < n; i++)
		if (!o || !fits(o, word[i], why, sizeof(why)))
			wrong(s, line, "object %s: %s", word[1], o ? why : "not there");
	json_object_put(o);
}

static void check(struct scenario *s, int line, char *text)
{
	char *word[WORDS_MOST], **w = word;
	int n = words_of(text, word);
	bool wanted = true;

	if (n && strcmp(*w, "not") == 0) {
		wanted = false;
		w++;
		n--;
	}
	if (n == 0)
		return;
	if (strcmp(*w, "sender") == 0) {
		check_sender(s, line, w, n, wanted);
	} else if (strcmp(*w, "exit") == 0 && n == 2) {
		if ((s->code == atoi(w[1])) != wanted)
			wrong(s, line, "exit %d", s->code);
	} else if (n == 3 && strcmp(w[1], "contains") == 0) {
		struct json_object *list = member(s->json, w[0]);
		bool there =
			strcmp(*w, "output") == 0 ? strstr(s->out, w[2]) != NULL : any_contains(list, w[2]);

		if (there != wanted)
			wrong(s, line, "%s: %s", w[0], list ? json_object_get_string(list) : s->out);
	} else if (strcmp(*w, "totals") == 0) {
		check_numbers(s, line, member(s->json, "totals"), w, n);
	} else if (strcmp(*w, "window") == 0) {
		check_numbers(s, line, member(s->json, "window"), w, n);
	} else if (strcmp(*w, "report") == 0) {
		check_numbers(s, line, s->json, w, n);
	} else if (strcmp(*w, "incidents") == 0 && n == 2) {
		struct json_object *list = member(s->json, "incidents");

		if (!list || ((int)json_object_array_length(list) == atoi(w[1])) != wanted)
			wrong(s, line, "%zu incidents", list ? json_object_array_length(list) : 0);
	} else if (strcmp(*w, "inputs") == 0 && n == 2) {
		struct json_object *list = member(s->json, "input");

		if (!list || (int)json_object_array_length(list) != atoi(w[1]))
			wrong(s, line, "%zu inputs", list ? json_object_array_length(list) : 0);
	} else if (strcmp(*w, "input") == 0 && n > 2) {
		struct json_object *list = member(s->json, "input"), *found = NULL;

		for (size_t i = 0; list && i < json_object_array_length(list); i++)
			if (strcmp(text_of(json_object_array_get_idx(list, i), "path"), w[1]) == 0)
				found = json_object_array_get_idx(list, i);
		check_numbers(s, line, found, w + 1, n - 1);
	} else if (strcmp(*w, "object") == 0 && n > 2) {
		check_object(s, line, w, n);
	} else {
		wrong(s, line, "this expectation is not known: %s", *w);
	}
}

/* --- the file --------------------------------------------------------------------------------------- */

static long long seconds_of(const char *text)
{
	struct tm tm = { 0 };

	return strptime(text, "%Y-%m-%d %H:%M:%S", &tm) ? (long long)timegm(&tm) : -1;
}

struct block {
	char *text;
	size_t n;
	FILE *to;
	char *path; /* of the file being written; NULL: none */
	bool expects;
};

static void block_end(struct scenario *s, struct block *b)
{
	if (!b->path)
		return;
	fclose(b->to);
	write_file(s, b->path, b->text);
	free(b->text);
	free(b->path);
	b->path = NULL;
}

static void statement(struct scenario *s, struct block *b, int line, char *text)
{
	char *rest = text + strcspn(text, " \n");

	text[strcspn(text, "\n")] = 0;
	if (*rest)
		*rest++ = 0;
	b->expects = strcmp(text, "expect") == 0;
	if (strcmp(text, "server") == 0) {
		usual_server(s);
	} else if (strcmp(text, "now") == 0) {
		s->now = seconds_of(rest);
		if (s->now < 0)
			wrong(s, line, "now takes 2026-11-23 12:00:00");
	} else if (strcmp(text, "file") == 0) {
		b->path = strdup(rest);
		b->to = open_memstream(&b->text, &b->n);
	} else if (strcmp(text, "do") == 0) {
		int rc = shell(s, rest);

		if (rc == 127)
			s->skip = "a tool is missing";
		else if (rc)
			wrong(s, line, "the command ended with %d", rc);
	} else if (strcmp(text, "run") == 0) {
		run(s, line, rest);
	} else if (strcmp(text, "given") == 0) {
		given(s, line, rest);
	} else if (!b->expects) {
		wrong(s, line, "not known: %s", text);
	}
}

static void play(struct scenario *s, FILE *f)
{
	struct block b = { .path = NULL };
	char *text = NULL;
	size_t room = 0;
	bool checked = false;

	for (int line = 1; getline(&text, &room, f) >= 0 && !s->skip; line++) {
		if (*text == '\t') {
			if (b.path)
				fputs(text + 1, b.to);
			else if (b.expects && (checked = true))
				check(s, line, text + 1);
			else
				wrong(s, line, "text that belongs to nothing");
		} else if (*text != '#' && *text != '\n') {
			block_end(s, &b);
			statement(s, &b, line, text);
		}
	}
	block_end(s, &b);
	free(text);
	if (!checked && !s->skip)
		wrong(s, 0, "nothing is expected");
}

/* True when it went as expected. */
static bool scenario(const char *program, const char *path, int number)
{
	struct scenario s = { .program = program, .name = path, .now = seconds_of(NOW_DEFAULT) };
	const char *slash = strrchr(path, '/'), *tmp = getenv("TMPDIR");
	FILE *f = fopen(path, "re");
	char command[128];
	int home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	snprintf(s.root, sizeof(s.root), "%.40s/scen.XXXXXX", tmp ? tmp : "/tmp");
	s.said = open_memstream(&s.why, &s.why_n);
	if (!f || !s.said || !mkdtemp(s.root) || chdir(s.root) < 0) {
		perror(path);
		exit(70);
	}
	play(&s, f);
	fclose(f);
	fclose(s.said);
	ok = s.why_n == 0;
	printf("%sok %d - %s%s%s\n%s", ok ? "" : "not ", number, slash ? slash + 1 : path,
	       s.skip ? " # SKIP " : "", s.skip ? s.skip : "", s.why);
	fflush(stdout);
	if (fchdir(home) < 0)
		exit(70);
	close(home);
	snprintf(command, sizeof(command), "chmod -R u+rwX %s; rm -rf %s", s.root, s.root);
	if (!getenv("KEEP") && system(command) != 0)
		exit(70);
	free(s.why);
	free(s.out);
	json_object_put(s.json);
	return ok;
}

int main(int argc, char **argv)
{
	char *program = argc > 1 ? realpath(argv[1], NULL) : NULL;
	int bad = 0;

	if (!program) {
		fprintf(stderr, "usage: scen PROGRAM FILE.scen...\n");
		return 64;
	}
	for (int i = 2; i < argc; i++)
		bad += !scenario(program, argv[i], i - 1);
	printf("1..%d\n", argc - 2);
	free(program);
	return bad ? 1 : 0;
}
