/*
 * shim - linked into each program of a coverage build (-Db_coverage=true), with the linker's --wrap; never shipped.
 *
 * libgcov writes files as a process ends. Who is confined, has left root, or has a chroot behind him cannot, and those are
 * the processes that matter most here. So the counters go, by addition, into one file per program (COUNTERS/ID) that each
 * process maps as it begins, while it still may: what follows is memory alone, no system call, and the confinement
 * that is counted is the real one. tools/coverage runs each program once more with COVERAGE_FLUSH set: it takes what lies in
 * its file for its own counters and ends, and libgcov writes those.
 *
 * What is killed tells nothing. Where the file cannot be mapped (another root), libgcov does as ever.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if __GNUC__ < 12 || __GNUC__ > 13 || defined(__clang__)
#error "the layout of libgcov's tables is known for gcc 12 and 13"
#endif

enum { KINDS = 8 };

struct counters {
	unsigned n;
	int64_t *value;
};
struct function {
	const struct object *object;
	unsigned ident, lines, graph;
	struct counters kind[];
};
struct object {
	unsigned version;
	struct object *next;
	unsigned stamp, checksum;
	const char *file;
	void (*merge[KINDS])(int64_t *, unsigned);
	unsigned n;
	const struct function *const *function;
};

/* libgcov's own, hidden within this program */
extern struct {
	struct object *list;
} __gcov_root;

void __wrap___gcov_dump(void);
void __real___gcov_dump(void);
void __wrap__exit(int status) __attribute__((noreturn));
void __real__exit(int status) __attribute__((noreturn));

static int64_t *shared;
static size_t counted;

/* All counters in order; SHARED takes theirs (or gives, where LOADING). */
static uint64_t each(int64_t *into, bool loading)
{
	uint64_t id = 1469598103934665603u;

	counted = 0;
	for (const struct object *o = __gcov_root.list; o; o = o->next) {
		id = (id ^ o->stamp ^ ((uint64_t)o->n << 32)) * 1099511628211u;
		for (unsigned f = 0; f < o->n; f++) {
			const struct function *fn = o->function[f];
			const struct counters *c = fn ? fn->kind : NULL;

			for (int k = 0; c && fn->object == o && k < KINDS; k++) {
				if (!o->merge[k])
					continue;
				for (unsigned i = 0; i < c->n; i++, counted++) {
					if (into && loading)
						c->value[i] += into[counted];
					else if (into && c->value[i])
						__atomic_fetch_add(&into[counted],
								   __atomic_exchange_n(&c->value[i], 0,
										       __ATOMIC_RELAXED),
								   __ATOMIC_RELAXED);
				}
				c++;
			}
		}
	}
	return id;
}

__attribute__((constructor)) static void begin(void)
{
	uint64_t id = each(NULL, false);
	bool flush = getenv("COVERAGE_FLUSH") != NULL;
	char path[4096];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/%016llx-%zu", COUNTERS, (unsigned long long)id, counted);
	fd = open(path, flush ? O_RDWR | O_CLOEXEC : O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0 && !flush && fstat(fd, &st) == 0 && st.st_size == 0) {
		/* whoever comes next may be somebody else */
		fchmod(fd, 0666);
		if (ftruncate(fd, (off_t)(counted * sizeof(*shared))) < 0)
			_exit(70);
	}
	if (fd >= 0) {
		shared = mmap(NULL, counted * sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (shared == MAP_FAILED)
			shared = NULL;
		close(fd);
	}
	if (!flush)
		return;
	if (shared)
		each(shared, true);
	shared = NULL;
	exit(0);
}

__attribute__((destructor)) static void end(void)
{
	if (!shared)
		return;
	each(shared, false);
	__gcov_root.list = NULL;
}

/* before execve */
void __wrap___gcov_dump(void)
{
	if (shared)
		each(shared, false);
	else
		__real___gcov_dump();
}

void __wrap__exit(int status)
{
	__wrap___gcov_dump();
	__real__exit(status);
}
