/*
 * corpus - log lines written by others: whatever carries mail facts must not be "other".
 *
 * Reads every file of $SPAMTRAIL_CORPUS/logs, else ROOT/../shared/corpus/logs (ROOT: first argument, else the
 * working directory), and SKIPs where there is none: the corpus is not part of the project. Lines
 * that may be "other" are listed in test/golden/corpus.exceptions:
 *
 *     FILE | TEXT | why
 *
 * FILE is a part of the path, TEXT a part of the line or *; "without: A B C" fits a line that has none of these
 * words anywhere. Prints one TAP result a file, with
 * the first lines that should not be there, and one for each exception that nothing needs any more.
 */
#include "lines.h"

#include <ftw.h>

#define EXCEPTIONS_MAX 400

struct exception {
	struct span file, text;
	int line;
	unsigned used;
};

struct corpus {
	char *paths[512];
	size_t npaths;
};

/* nftw hands its callback no context. */
static struct corpus corpus;
static struct exception exceptions[EXCEPTIONS_MAX];
static size_t nexceptions;

static int take_path(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (type == FTW_F && corpus.npaths < sizeof(corpus.paths) / sizeof(*corpus.paths))
		corpus.paths[corpus.npaths++] = strdup(path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *read_all(const char *path, size_t *ret_n)
{
	FILE *f = fopen(path, "re");
	size_t room = (size_t)64 << 20;
	char *p = f ? xmalloc(room) : NULL;

	if (!f)
		return NULL;
	*ret_n = fread(p, 1, room, f);
	fclose(f);
	return p;
}

static bool next_line(struct span *rest, struct span *ret_line)
{
	ptrdiff_t end = span_find(*rest, 0, '\n');

	if (rest->n == 0)
		return false;
	*ret_line = span_head(*rest, end < 0 ? rest->n : (size_t)end);
	*rest = span_from(*rest, ret_line->n + (end >= 0));
	return true;
}

/* The text stays allocated: exceptions point into it. */
static char *read_exceptions(const char *path)
{
	size_t n = 0;
	char *text = read_all(path, &n);
	struct span rest = span_of(text, n), line;

	if (!text)
		bug("corpus.exceptions cannot be read");
	for (int number = 1; next_line(&rest, &line); number++) {
		ptrdiff_t first = span_find(line, 0, '|'), second = span_rfind(line, '|');

		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (first < 0 || second <= first || nexceptions == EXCEPTIONS_MAX)
			bug("corpus.exceptions: want FILE | TEXT | why");
		exceptions[nexceptions++] = (struct exception){
			.file = span_trim(span_head(line, (size_t)first)),
			.text = span_trim(span_of(line.p + first + 1, (size_t)(second - first - 1))),
			.line = number,
		};
	}
	return text;
}

/* TEXT as corpus.exceptions writes it. */
static bool text_fits(struct span text, struct span line)
{
	struct span without = SPAN("without: "), word;

	if (!span_starts(text, without))
		return span_eq(text, SPAN("*")) || span_search(line, 0, text) >= 0;
	for (text = span_from(text, without.n); text.n; text = span_from(text, word.n + 1)) {
		ptrdiff_t blank = span_find(text, 0, ' ');

		word = span_head(text, blank < 0 ? text.n : (size_t)blank);
		if (span_search(line, 0, word) >= 0)
			return false;
	}
	return true;
}

static bool excused(struct span path, struct span line)
{
	for (size_t i = 0; i < nexceptions; i++) {
		struct exception *e = &exceptions[i];

		if (span_search(path, 0, e->file) < 0 || !text_fits(e->text, line))
			continue;
		e->used++;
		return true;
	}
	return false;
}

static unsigned check_file(struct reader *r, const char *path)
{
	size_t n = 0;
	char *text = read_all(path, &n);
	struct span rest = span_of(text, n), line;
	unsigned bad = 0;

	for (int number = 1; next_line(&rest, &line); number++) {
		const struct event *ev = reader_event(r, line);

		if (ev->kind != EV_OTHER || (ev->flags & EVF_CONTINUES) || span_trim(line).n == 0)
			continue;
		if (excused(span_str(path), line))
			continue;
		if (bad++ < 40)
			printf("# %s:%d: %.*s\n", path, number, (int)(line.n < 200 ? line.n : 200), line.p);
	}
	free(text);
	return bad;
}

static void find_corpus(const char *root)
{
	const char *given = getenv("SPAMTRAIL_CORPUS");
	char path[4096];

	if (given)
		snprintf(path, sizeof(path), "%s/logs", given);
	else
		snprintf(path, sizeof(path), "%s/../shared/corpus/logs", root);
	nftw(path, take_path, 16, FTW_PHYS);
	qsort(corpus.paths, corpus.npaths, sizeof(*corpus.paths), by_name);
}

int main(int argc, char **argv)
{
	const char *root = argc > 1 ? argv[1] : ".";
	struct reader r = { .json.max = 0 };
	char path[4096], *text;
	int count = 0, failed = 0;

	find_corpus(root);
	if (corpus.npaths == 0) {
		printf("ok 1 - corpus # SKIP no corpus of foreign logs here\n1..1\n");
		return 0;
	}
	snprintf(path, sizeof(path), "%s/test/golden/corpus.exceptions", root);
	text = read_exceptions(path);
	for (size_t i = 0; i < corpus.npaths; i++) {
		unsigned bad = check_file(&r, corpus.paths[i]);

		printf("%sok %d - %s: %u lines should not be other\n", bad ? "not " : "", ++count,
		       corpus.paths[i], bad);
		failed += bad > 0;
		free(corpus.paths[i]);
	}
	for (size_t i = 0; i < nexceptions; i++)
		if (!exceptions[i].used) {
			printf("not ok %d - corpus.exceptions:%d excuses nothing\n", ++count,
			       exceptions[i].line);
			failed++;
		}
	printf("1..%d\n", count);
	free(text);
	reader_free(&r);
	return failed != 0;
}
