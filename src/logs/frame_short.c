/*
 * frame_short - see frame_short.h. What is remembered changes a line's price, never what comes out: host and tag are compared
 * byte by byte, and a line that is not read to its end here is read anew by the long way.
 *
 * TRUST: as frame.c. Who may log can fill the table with tags of his own; then lines cost what the long way does.
 */
#include "logs/frame_short.h"

#include "logs/digits.h"
#include "logs/frame.h"
#include "logs/voice.h"

bool frame_exim_shape(struct span s)
{
	if (s.n > 17 && s.p[6] == '-' && ((s.p[13] == '-' && s.p[16] == ' ') || (s.n > 23 && s.p[18] == '-')))
		return true;
	/* "SMTP" might be a host, but what follows it is no tag that anybody has. */
	return span_starts(s, SPAN("cwd=")) || span_starts(s, SPAN("SMTP connection ")) ||
	       (s.n > 1 && s.p[1] == '=') || *s.p == '[';
}

void frame_remember_host(struct frame *f, struct span host)
{
	if (host.n == 0 || host.n >= sizeof(f->host) || span_eq(host, SPAN("ool")))
		return;
	for (size_t i = 0; i < host.n; i++)
		if (!frame_name_byte(host.p[i]))
			return;
	memcpy(f->host, host.p, host.n);
	f->host[host.n] = ' ';
	f->host_len = (uint32_t)host.n + 1;
	f->host_mask = host.n >= 7 ? UINT64_MAX : (UINT64_C(1) << 8 * (host.n + 1)) - 1;
}

size_t frame_known_host(const struct frame *f, struct span s)
{
	size_t n = f->host_len;

	if (n == 0 || s.n < n + 8 || (bytes_word(s.p) ^ bytes_word(f->host)) & f->host_mask ||
	    (n > 8 && !bytes_same(s.p, f->host, n)))
		return 0;
	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
		n++;
	return n;
}

/* Where a tag of at least eight bytes is remembered. */
static inline struct frame_tag *tag_place(struct frame *f, const char *tag, size_t n)
{
	uint64_t hash = bytes_word(tag + n - 8) * UINT64_C(0x9e3779b97f4a7c15);

	return &f->tags[hash >> (64 - FRAME_TAG_BITS)];
}

/* Where it is looked for next: two tags of one place would push each other out line by line. */
static inline struct frame_tag *tag_neighbour(struct frame *f, const struct frame_tag *t)
{
	return &f->tags[(size_t)(t - f->tags) ^ 1];
}

#define LATELY_LEAST 12 /* bytes of a tag that is remembered so: "postfix/smtp" */

/*
 * ... and where it is once more: the bytes behind "postfix/" tell, up to the "[" behind the shortest. With this factor no two
 * of Postfix's own daemons have one place.
 */
static inline struct frame_tag *tag_lately(struct frame *f, const char *tag)
{
	uint64_t hash =
		(bytes_word(tag + 8) << (64 - (LATELY_LEAST + 1 - 8) * 8)) * UINT64_C(0xba64fff8ae97802f);

	return &f->lately[hash >> (64 - FRAME_LATELY_BITS)];
}

/* Do the TAG_WINDOW bytes at START begin with T and a "["? Where nothing is remembered, only if all of them are NUL. */
static inline bool tag_is(const struct frame_tag *t, const char *start)
{
	return (bytes_alike(start, t->text) | t->beyond) == UINT32_MAX;
}

void frame_remember_tag(struct frame *f, struct span tag, const struct voice *v)
{
	char text[TAG_WINDOW] = { 0 };
	struct frame_tag *t;

	if (!v || tag.n < 8 || tag.n >= TAG_WINDOW || tag.p[tag.n] != '[')
		return;
	t = tag_place(f, tag.p, tag.n);
	if (t->voice)
		t = tag_neighbour(f, t);
	memcpy(text, tag.p, tag.n + 1);
	t->text[0] = bytes_pair_at(text);
	t->text[1] = bytes_pair_at(text + sizeof(bytes_pair));
	t->len = (uint32_t)tag.n;
	t->beyond = UINT32_MAX << tag.n << 1;
	t->usual = v->dialect == DIALECT_POSTFIX ? postfix_usual(tag) : NULL;
	t->voice = v;
}

/* The tag at START by its end. It will be known sooner the next time. */
static __attribute__((noinline)) const struct frame_tag *seek_tag(struct frame *f, const char *start)
{
	uint32_t open = (uint32_t)bytes_mask_of(start, TAG_WINDOW, '[');
	size_t n = open ? (size_t)__builtin_ctz(open) : 0;
	const struct frame_tag *t;

	if (n < 8)
		return NULL;
	t = tag_place(f, start, n);
	if (!tag_is(t, start)) {
		t = tag_neighbour(f, t);
		if (!tag_is(t, start))
			return NULL;
	}
	if (n >= LATELY_LEAST)
		*tag_lately(f, start) = *t;
	return t;
}

/* Behind the "pid]: " that follows T's "[" at START. NULL: none does. */
static inline const char *behind_pid(const struct frame_tag *t, const char *start, const char *stop)
{
	const char *number = start + t->len + 1, *p;

	/* seven digits, "]: " */
	if (stop - number < 10)
		return NULL;
	p = bytes_behind_number(number);
	return p == number || !BYTES_ARE(p, "]: ") ? NULL : p + 3;
}

const struct frame_tag *frame_known_tag(struct frame *f, const char *start, const char *stop, struct line *l)
{
	const struct frame_tag *t = stop - start < TAG_WINDOW ? NULL : seek_tag(f, start);
	const char *text = t ? behind_pid(t, start, stop) : NULL, *number;

	if (!text)
		return NULL;
	number = start + t->len + 1;
	l->program = span_of(start, t->len);
	l->pid = bytes_number(&number);
	l->text = span_of(text, (size_t)(stop - text));
	return t;
}

enum line_result frame_behind_spaced(struct frame *f, struct maker *m, struct span raw)
{
	struct line *l = frame_line_behind(f, m, raw);
	char first;

	l->text = span_of(raw.p + f->head.len, raw.n - f->head.len);
	first = *l->text.p;
	if (first <= ' ' || first == '+' || first == '-' || !frame_exim_shape(l->text))
		return frame_whole(f, m, raw);
	return exim_line(m);
}

/* Of tag and pid nothing is told: of most lines nobody asks for them. */
static inline enum line_result usual_under(const struct frame_tag *t, struct frame *f, struct maker *m,
					   struct span raw)
{
	const char *end = raw.p + raw.n, *text = behind_pid(t, raw.p + f->head.len, end);

	if (!text || !t->usual)
		return LINE_UNREAD;
	frame_line_own(f, raw);
	return t->usual(m, span_of(text, (size_t)(end - text)));
}

static __attribute__((noinline)) enum line_result usual_sought(struct frame *f, struct maker *m,
							       struct span raw)
{
	const struct frame_tag *t = seek_tag(f, raw.p + f->head.len);

	return t ? usual_under(t, f, m, raw) : LINE_UNREAD;
}

enum line_result frame_usual_host(struct frame *f, struct maker *m, struct span raw)
{
	const char *start = raw.p + f->head.len;
	const struct frame_tag *t;

	if (raw.n < f->head.len + TAG_WINDOW)
		return LINE_UNREAD;
	t = tag_lately(f, start);
	return __builtin_expect(tag_is(t, start), true) ? usual_under(t, f, m, raw) : usual_sought(f, m, raw);
}

/* Dovecot writes no pid: that tag is known without being remembered. */
static enum line_result dovecot_behind(struct maker *m, struct line *l, const char *tag, const char *host)
{
	enum line_result result;

	l->host.p = host;
	l->program = span_of(tag, 7);
	l->pid = 0;
	l->text = span_of(tag + 9, (size_t)(l->raw.p + l->raw.n - tag - 9));
	result = dovecot_usual(m, l->text);
	return frame_heard(m, DIALECT_DOVECOT, result == LINE_UNREAD ? dovecot_line(m) : result);
}

enum line_result frame_behind_host(struct frame *f, struct maker *m, struct span raw)
{
	struct line *l = frame_line_behind(f, m, raw);
	const char *start = raw.p + f->head.len, *stop = raw.p + raw.n;
	const struct frame_tag *t;

	if (stop - start > 9 && BYTES_ARE(start, "dovecot: ") && start[9] != 'm')
		return dovecot_behind(m, l, start, raw.p + f->host_from);
	t = frame_known_tag(f, start, stop, l);
	if (!t || t->voice->dialect == DIALECT_EXIM || !l->text.n || *l->text.p == 'm')
		return frame_whole(f, m, raw);
	l->host.p = raw.p + f->host_from;
	return frame_heard(m, t->voice->dialect, t->voice->line(m));
}
