/*
 * err - sentences for the operator, and the end of the process for what must not be.
 *
 * Memory that is not there ends the process: a half-read log must never look like a quiet one.
 * Both ends are loud on standard error first; a confined process may be stopped by that very
 * write, which comes to the same.
 *
 * TRUST: arguments of err_set may hold foreign bytes (file names); report/ shows the text through show.
 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void __attribute__((format(printf, 3, 0)))
fill(struct err *err, enum exit_code code, const char *fmt, va_list ap)
{
	err->code = code;
	if (vsnprintf(err->text, sizeof(err->text), fmt, ap) < 0)
		err->text[0] = '\0';
}

int err_set(struct err *err, enum exit_code code, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		fill(err, code, fmt, ap);
		va_end(ap);
	}
	return -(int)code;
}

int err_sys(struct err *err, enum exit_code code, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (err) {
		char why[128];
		size_t used;

		va_start(ap, fmt);
		fill(err, code, fmt, ap);
		va_end(ap);
		used = strlen(err->text);
		/* GNU strerror_r: may answer with a constant instead of filling WHY. */
		snprintf(err->text + used, sizeof(err->text) - used, ": %s",
			 strerror_r(saved, why, sizeof(why)));
	}
	errno = saved;
	return -(int)code;
}

void bug_at(const char *file, int line, const char *what)
{
	fprintf(stderr, "spamtrail: bug at %s:%d: %s\n", file, line, what);
	abort();
}

static void *have(void *p, size_t n)
{
	if (!p && n) {
		fprintf(stderr, "spamtrail: out of memory (%zu more bytes were needed)\n", n);
		_Exit(EXIT_SOFTWARE);
	}
	return p;
}

void *xmalloc(size_t n)
{
	return have(malloc(n ? n : 1), n ? n : 1);
}

void *xcalloc(size_t n, size_t size)
{
	/* calloc itself refuses a product that overflows. */
	return have(calloc(n ? n : 1, size ? size : 1), n ? n : 1);
}

void *xrealloc(void *p, size_t n)
{
	return have(realloc(p, n ? n : 1), n ? n : 1);
}
