/*
 * scan_pool - judges files named on standard input, one a line, and says how long each took.
 *
 *   verdict class score microseconds limits path   (tab-separated), with -v the reasons below it
 *
 * For measuring only: it reads what it is told and is not confined. Never give it a tree that somebody may change.
 */
#include "base/arena.h"
#include "scan/php.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char *whole_file(const char *path, size_t *ret_n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char *p;
	ssize_t got;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	p = malloc((size_t)st.st_size + 1);
	got = p ? read(fd, p, (size_t)st.st_size) : -1;
	close(fd);
	*ret_n = got > 0 ? (size_t)got : 0;
	return p;
}

static uint64_t now_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	struct lexicon *words = lexicon_new();
	bool details = argc > 1 && strcmp(argv[1], "-v") == 0;
	char *line = NULL;
	size_t cap = 0, n = 0;
	ssize_t got;
	uint64_t bytes = 0, files = 0, began = now_us(CLOCK_MONOTONIC), looked = 0;

	while ((got = getline(&line, &cap, stdin)) > 0) {
		struct arena *arena = arena_new();
		struct events ev;
		struct judgement j;
		struct quick q;
		uint64_t start;
		char *p;

		if (line[got - 1] == '\n')
			line[got - 1] = '\0';
		p = whole_file(line, &n);
		if (!p) {
			arena_free(arena);
			continue;
		}
		start = now_us(CLOCK_PROCESS_CPUTIME_ID);
		quick_look(words, span_of(p, n), &q);
		j = (struct judgement){ 0 };
		if (quick_suspects(&q))
			php_judge(words, &q, span_of(p, n), arena, &ev, &j);
		start = now_us(CLOCK_PROCESS_CPUTIME_ID) - start;
		bytes += n;
		files++;
		looked += j.looked;
		printf("%s\t%s\t%d\t%llu\t%u\t%s\n", scan_verdict_name(j.verdict), scan_class_name(j.class),
		       j.score, (unsigned long long)start, j.limits, line);
		for (uint32_t i = 0; details && i < j.reasons; i++)
			printf("\t%d\t%s\t%s\n", j.reason[i].weight, j.reason[i].rule, j.reason[i].text);
		if (details && argc > 2 && j.looked)
			printf("\t\tfile outside %u includes %u classes %u tokens %u escaped %u gotos %u "
			       "hidden %u names %u variables %u\n",
			       ev.outside, q.includes, q.classes, q.tokens, ev.escaped, ev.gotos,
			       ev.hidden_calls, q.names, q.variables);
		for (uint32_t i = 0; details && argc > 2 && j.looked && i < ev.n; i++) {
			printf("\t\tevent %u %.*s marks %x second %x all %x name %x layer %u \"",
			       ev.event[i].sink, (int)ev.event[i].function.n, ev.event[i].function.p,
			       ev.event[i].marks, ev.event[i].second, ev.event[i].third,
			       ev.event[i].name_marks, ev.event[i].layer);
			for (uint32_t k = 0; k < ev.event[i].content.n && k < 60; k++)
				putchar(ev.event[i].content.p[k] >= ' ' && ev.event[i].content.p[k] < 127
						? ev.event[i].content.p[k]
						: '.');
			puts("\"");
		}
		arena_free(arena);
		free(p);
	}
	began = now_us(CLOCK_MONOTONIC) - began;
	fprintf(stderr, "%llu files, %llu looked into, %.1f MB, %.2f s, %.1f MB/s, %.0f files/s\n",
		(unsigned long long)files, (unsigned long long)looked, (double)bytes / 1e6,
		(double)began / 1e6, (double)bytes / (double)(began ? began : 1),
		(double)files * 1e6 / (double)(began ? began : 1));
	free(line);
	lexicon_free(words);
	return 0;
}
