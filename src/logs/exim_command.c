/*
 * exim_command - "cwd=DIR N args: program ...": somebody called Exim, from which directory.
 *
 * DIR is raw and unquoted and may hold the very words that end it. The count is the check: of the
 * places that read " N args: ", the first whose N arguments are really there ends DIR. Whatever the
 * choice, DIR begins where the kernel's path begins, so its leading components are never forged.
 *
 * TRUST: the path is the kernel's, the directory names in it and the arguments are the caller's (grade B). Seen on
 * 4.96: a line end in a folder's name is written as it is, so whoever may call Exim can write whole lines of its log,
 * perfect ones. Therefore a call from any folder but Exim's own is told, a service's too: trace believes the log less.
 *
 * Source: exim.c, "arguments" log selector: an argument with white space stands in double quotes,
 * non-printing bytes are escaped, a line that is too long goes on in one that starts with "...".
 */
#include "logs/exim_behind.h"
#include "logs/exim_near.h"
#include "logs/frame.h"

#define PLACES_MOST 8

/* Arguments in S, quoted ones as one; SIZE_MAX for a line that was cut. */
static size_t count_args(struct span s)
{
	const char *p = s.p, *end = s.p + s.n;
	size_t n = 0;

	while (p < end) {
		const char *stop = exim_word(p, end);

		if (*p == '"') {
			stop = p + 1 < end ? memchr(p + 1, '"', (size_t)(end - p - 1)) : NULL;
			stop = stop ? stop + 1 : end;
		}
		if (stop == end && stop - p == 3 && !memcmp(p, "...", 3))
			return SIZE_MAX;
		n++;
		p = stop + 1;
	}
	return n;
}

/* " N args:" at the blank AT: N, and where the arguments begin. */
static bool count_at(struct span s, size_t at, size_t *ret_count, size_t *ret_args)
{
	size_t n = 0, p = at + 1;

	while (p < s.n && p - at < 7 && (unsigned char)(s.p[p] - '0') < 10)
		n = n * 10 + (size_t)(s.p[p++] - '0');
	if (p == at + 1 || !span_starts(span_from(s, p), SPAN(" args:")))
		return false;
	if (p + 6 < s.n && s.p[p + 6] != ' ')
		return false;
	*ret_count = n;
	*ret_args = p + 7;
	return true;
}

static bool cut_command(struct span s, struct span *ret_dir, struct span *ret_args)
{
	const char *end = s.p + s.n;
	size_t count, args;
	unsigned places = 0;

	for (const char *p = exim_word(s.p, end); p < end && places < PLACES_MOST;
	     p = exim_word(p + 1, end)) {
		if (!count_at(s, (size_t)(p - s.p), &count, &args))
			continue;
		places++;
		*ret_dir = span_head(s, (size_t)(p - s.p));
		*ret_args = span_from(s, args);

		size_t seen = count_args(*ret_args);

		if (seen == count || seen == SIZE_MAX)
			return true;
	}
	return places > 0;
}

/* OPTION: what follows the program. */
static inline bool is_service_option(struct span option)
{
	if (option.n < 2 || option.p[0] != '-')
		return false;
	if (option.p[1] == 'M' || option.p[1] == 'q')
		return true;
	return option.p[1] == 'b' && option.n > 2 && memchr("dpPVehtvwr", option.p[2], 10);
}

/* Exim calling itself, and administrators looking at the queue: no mail is handed over. */
static bool is_service(struct span args)
{
	return args.n &&
	       is_service_option(span_from(args, (size_t)(exim_word(args.p, args.p + args.n) - args.p) + 1));
}

enum line_result exim_command(struct maker *m, const struct exim_head *h, struct span s)
{
	struct span dir = span_from(s, 4), args = SPAN_NONE;

	/* a folder's name that holds a line end: what stands below is its, not Exim's */
	if (!cut_command(dir, &dir, &args) && !span_starts(dir, SPAN("/")))
		return LINE_OTHER;
	if (!m->all && is_service(args) && exim_is_own_place(dir))
		return LINE_DULL;
	exim_begin(m, h, EV_COMMAND);
	exim_put(m, F_CWD, dir);
	if (args.n)
		exim_put(m, F_TEXT, args);
	maker_end(m);
	return LINE_EVENT;
}

/* Bit N is set where byte N of S, 64 bytes at most, is C. As many bytes as are looked at end with it, and are the line's. */
static inline uint64_t bytes_of(struct span s, char c)
{
	const char *end = s.p + s.n;

	return s.n <= 32 ? bytes_mask_of(end - 32, 32, c) >> (32 - s.n)
			 : bytes_mask(end - 64, c) >> (64 - s.n);
}

/*
 * DIR without a blank and arguments without a quote, as many as N says: then the first place that cut_command looks at is the
 * one that counts.
 */
enum line_result exim_usual_command(struct frame *f, struct maker *m, struct span raw)
{
	struct span s = span_of(raw.p + f->head.len, raw.n - f->head.len), dir, args;
	const char *end = s.p + s.n, *blank;
	struct usual_event ev;
	uint64_t blanks;

	if (!BYTES_ARE(s.p, "cwd="))
		return LINE_UNREAD;
	blank = exim_near(s.p + 4, end, 32, ' ');
	if (end - blank < 10 || !BYTES_ARE(blank + 2, " args: "))
		return LINE_UNREAD;
	dir = span_of(s.p + 4, (size_t)(blank - s.p - 4));
	args = span_of(blank + 9, (size_t)(end - blank - 9));
	if (args.n > (raw.n < 64 ? 32 : 64) || end[-1] == ' ' || bytes_of(args, '"'))
		return LINE_UNREAD;
	blanks = bytes_of(args, ' ');
	if (blank[1] != '1' + __builtin_popcountll(blanks) || blank[1] > '9')
		return LINE_UNREAD;
	if (is_service_option(blanks ? span_from(args, (size_t)__builtin_ctzll(blanks) + 1) : SPAN_NONE) &&
	    exim_is_own_place(dir)) {
		exim_own_learn(&f->own, s);
		return LINE_DULL;
	}
	frame_line_behind(f, m, raw);
	ev = usual_begin(m, DIALECT_EXIM, EV_COMMAND, (struct qid){ 0, 0 }, 0);
	usual_field(&ev, m, F_CWD, dir);
	usual_field(&ev, m, F_TEXT, args);
	return usual_end(&ev, m);
}
