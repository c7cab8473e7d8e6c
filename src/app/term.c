/*
 * term - see term.h. NO_COLOR (no-color.org): present and not empty means no colour; --color outranks it.
 * A locale that is not UTF-8 gets ASCII; what is no terminal gets 80 columns or COLUMNS.
 * TRUST: the environment is the operator's.
 */
#include "app/term.h"

#include "base/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static unsigned columns_of(int fd)
{
	struct winsize size;
	uint64_t n;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (env("COLUMNS") && span_u64(span_str(env("COLUMNS")), &n) && n > 0 && n < 10000)
		return (unsigned)n;
	return 80;
}

/* POSIX: LC_ALL outranks LC_CTYPE outranks LANG; the charset stands behind the dot. */
static bool says_utf8(void)
{
	const char *locale = env("LC_ALL") ? env("LC_ALL") : env("LC_CTYPE") ? env("LC_CTYPE") : env("LANG");
	const char *dot = locale ? strchr(locale, '.') : NULL;
	struct span charset = span_str(dot ? dot + 1 : "");
	ptrdiff_t at = span_find(charset, 0, '@');

	charset = at < 0 ? charset : span_head(charset, (size_t)at);
	return span_eq_nocase(charset, SPAN("UTF-8")) || span_eq_nocase(charset, SPAN("UTF8"));
}

static bool wants_color(const struct options *o, int fd)
{
	const char *term = env("TERM");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return isatty(fd) && !env("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

struct screen term_screen(const struct options *o, int fd)
{
	return (struct screen){ .columns = columns_of(fd),
				.color = wants_color(o, fd),
				.ascii = !says_utf8(),
				.root = o->root && strcmp(o->root, "/") != 0 ? o->root : NULL,
				.top = o->top };
}

void term_tell(const char *before, struct span text)
{
	struct buf shown = BUF_MAX(4 * (text.n + 1));

	show_text(&shown, text, false);
	if (text.n)
		fprintf(stderr, "%s%.*s\n", before, (int)shown.n, shown.p);
	buf_free(&shown);
}

bool term_agreed(const char *question)
{
	char answer[16];
	ssize_t got;

	fprintf(stderr, "%s [y/N] ", question);
	got = read(STDIN_FILENO, answer, sizeof(answer));
	return got > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}
