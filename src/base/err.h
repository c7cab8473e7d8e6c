/*
 * err - the world's failures, as a sentence for the operator.
 *
 * A function that can fail takes a caller-owned struct err, fills it and returns a negative
 * sysexits code; our own bugs stop the process instead (bug()). Nothing here allocates.
 */
#ifndef SPAMTRAIL_BASE_ERR_H
#define SPAMTRAIL_BASE_ERR_H

#include <stddef.h>

enum exit_code {
	EXIT_NOTHING = 0,      /* nothing found, or done */
	EXIT_FOUND = 1,        /* an incident is reported */
	EXIT_INCOMPLETE = 3,   /* a limit was hit or something could not be read */
	EXIT_USAGE = 64,
	EXIT_NOINPUT = 66,
	EXIT_SOFTWARE = 70,
	EXIT_IO = 74,
	EXIT_TEMPFAIL = 75,    /* a mail server is to try again; of a program that was run: what it did is not known */
	EXIT_NOPERM = 77,
	EXIT_CONFIG = 78,
};

struct err {
	int code;              /* one of enum exit_code, 0 while nothing went wrong */
	char text[480];        /* what failed, on which file or address, what to do */
};

/* Fills ERR (NULL is allowed) and returns -CODE, so that callers write: return err_set(...). */
int err_set(struct err *err, enum exit_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with ": strerror(errno)" behind it. */
int err_sys(struct err *err, enum exit_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A state that our own code promised could not be: says where and aborts. */
void bug_at(const char *file, int line, const char *what) __attribute__((noreturn));
#define bug(what) bug_at(__FILE__, __LINE__, (what))

/* Memory that is there or the process ends (house rule: out of memory ends a worker). */
void *xmalloc(size_t n) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *p, size_t n) __attribute__((returns_nonnull));

#endif
