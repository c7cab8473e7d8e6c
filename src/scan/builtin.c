/*
 * builtin - PHP's pure functions, worked out: a fixed table, one row for each. What is not in it is never worked out, and
 * nothing here reads, writes or calls anything outside of the values it is given.
 *
 * TRUST: arguments are the scanned text's; all that is made of them is charged to the file's budget.
 */
#include "scan/machine.h"

#include "base/arena.h"
#include "scan/decode.h"
#include "scan/lists.h"

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <zlib.h>

/*
 * Bytes of one result. DECODED_MOST: far above any script, below the file's whole budget, so that one
 * bomb leaves room for the rest. REPEAT_MOST: what is repeated says nothing new.
 */
enum { DECODED_MOST = 16 << 20, REPEAT_MOST = 1 << 20 };

typedef bool act_fn(struct machine *m, struct value *arg, uint32_t n, struct value *ret);

static void charge(struct machine *m, uint64_t steps)
{
	m->e->steps_left -= m->e->steps_left > steps ? steps : m->e->steps_left;
}

static bool known(const struct value *arg, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (arg[i].kind == V_UNKNOWN || arg[i].kind == V_OBJECT || arg[i].kind == V_CLOSURE)
			return false;
	return true;
}

/* --- decoders -------------------------------------------------------------------------------- */

static const struct {
	decode_fn *decode;
	bool hides; /* its input cannot be read by a person */
} decoders[ACTS] = {
	[ACT_BASE64] = { decode_base64, true },
	[ACT_BASE64_ENCODE] = { decode_base64_encode, false },
	[ACT_INFLATE] = { decode_inflate, true },
	[ACT_UNCOMPRESS] = { decode_zlib, true },
	[ACT_GZDECODE] = { decode_gzip, true },
	[ACT_ROT13] = { decode_rot13, true },
	[ACT_REVERSE] = { decode_reverse, true },
	[ACT_HEX] = { decode_hex, false },
	[ACT_UNHEX] = { decode_unhex, true },
	[ACT_URLDECODE] = { decode_url, true },
	[ACT_RAWURLDECODE] = { decode_raw_url, true },
	[ACT_URLENCODE] = { decode_url_encode, false },
	[ACT_UUDECODE] = { decode_uu, true },
	[ACT_ENTITIES] = { decode_entities, false },
	[ACT_STRIPSLASHES] = { decode_stripslashes, false },
	[ACT_STRIPCSLASHES] = { decode_stripcslashes, false },
	[ACT_LOWER] = { decode_lower, false },
	[ACT_UPPER] = { decode_upper, false },
};

/* The steps charged follow the bytes made; the step taken becomes part of the proof. */
static bool run_decoder(struct machine *m, const struct function *fn, struct value *arg, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct buf out = BUF_MAX(DECODED_MOST);
	struct span in;
	struct value v;

	if (!value_to_text(arg, scratch, &in))
		return false;
	/* half, as the result is copied into the pool, and what runs it needs room for its code */
	if (out.max > m->e->pool.bytes_left / 2)
		out.max = m->e->pool.bytes_left / 2;
	if (!decoders[fn->act].decode(in, &out)) {
		buf_free(&out);
		return false;
	}
	if (out.over)
		m->e->limits |= LIMIT_BYTES;
	m->e->steps_left -= m->e->steps_left > out.n / 64 ? out.n / 64 : m->e->steps_left;
	v = value_text(&m->e->pool, buf_view(&out));
	buf_free(&out);
	v.marks = arg->marks;
	v.from = arg->from;
	if (decoders[fn->act].hides) {
		/*
		 * 40 bytes: a function's name comes out of a decoder in honest code as well, a script
		 * that is any use is longer
		 */
		if (v.marks & M_DECODED && v.n > 40)
			v.marks |= M_FRAGILE;
		v.marks |= M_BUILT | M_CHANGED | (in.n > 40 ? M_DECODED : 0);
		v.from = machine_step(m, arg->from, fn->name);
	}
	*ret = v;
	return true;
}

/* --- letters and pieces ---------------------------------------------------------------------- */

static bool act_chr(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char c = (char)(value_number(arg) & 0xff);

	*ret = value_text(&m->e->pool, span_of(&c, 1));
	ret->marks = M_BUILT | (arg->marks & M_DECODED);
	return true;
}

static bool act_ord(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch);

	*ret = value_int(s.n ? (uint8_t)s.p[0] : 0);
	ret->marks = arg->marks & (M_BUILT | M_DECODED);
	return true;
}

/* Only plain letters, whatever the locale: from LEAST on they change their case. */
static bool first_letter(struct machine *m, const struct value *arg, char least, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch);

	*ret = value_text(&m->e->pool, s);
	if (ret->kind == V_TEXT && s.n && s.p[0] >= least && s.p[0] <= least + 25)
		*(char *)(uintptr_t)ret->p = (char)(s.p[0] ^ 0x20);
	ret->marks = arg->marks;
	return true;
}

static bool act_ucfirst(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return first_letter(m, arg, 'a', ret);
}

static bool act_lcfirst(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return first_letter(m, arg, 'A', ret);
}

/* The letter behind each blank, or behind each of the second argument's. */
static bool act_ucwords(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch),
		    ends = n > 1 ? value_plain(&arg[1], other) : SPAN(" \t\r\n\f\v");
	char *p;

	*ret = value_text(&m->e->pool, s);
	p = (char *)(uintptr_t)ret->p;
	for (size_t i = 0; ret->kind == V_TEXT && i < s.n; i++)
		if (s.p[i] >= 'a' && s.p[i] <= 'z' && (i == 0 || span_find(ends, 0, s.p[i - 1]) >= 0))
			p[i] = (char)(s.p[i] & ~0x20);
	ret->marks = arg->marks;
	return true;
}

/* What is to be trimmed, "a..z" told as letters. */
static void trimmed(struct span list, bool ret[256])
{
	memset(ret, 0, 256 * sizeof(*ret));
	for (size_t i = 0; i < list.n; i++) {
		unsigned from = (uint8_t)list.p[i], to = from;

		if (i + 3 < list.n && list.p[i + 1] == '.' && list.p[i + 2] == '.' &&
		    (uint8_t)list.p[i + 3] >= from) {
			to = (uint8_t)list.p[i + 3];
			i += 3;
		}
		while (from <= to)
			ret[from++] = true;
	}
}

static bool trim(struct machine *m, struct value *arg, uint32_t n, struct value *ret, bool left, bool right)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch),
		    list = n > 1 ? value_plain(&arg[1], other) : span_of(" \t\n\r\0\v", 6);
	bool blank[256];

	trimmed(list, blank);
	while (left && s.n && blank[(uint8_t)s.p[0]])
		s = span_from(s, 1);
	while (right && s.n && blank[(uint8_t)s.p[s.n - 1]])
		s.n--;
	*ret = value_text(&m->e->pool, s);
	ret->marks = arg->marks;
	ret->from = arg->from;
	return true;
}

static bool act_trim(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return trim(m, arg, n, ret, true, true);
}

static bool act_ltrim(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return trim(m, arg, n, ret, true, false);
}

static bool act_rtrim(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return trim(m, arg, n, ret, false, true);
}

/* START and length as PHP counts them, from the end where negative. */
static struct span cut(struct span s, int64_t start, bool has_length, int64_t length)
{
	int64_t size = (int64_t)s.n, end;

	if (start < 0)
		start = start + size < 0 ? 0 : start + size;
	if (start > size)
		start = size;
	end = !has_length ? size : length < 0 ? size + length : length > size - start ? size : start + length;
	if (end < start)
		end = start;
	return span_of(s.p + start, (size_t)(end - start));
}

/* A piece of a text: letters picked from an alphabet make hidden names. */
static bool act_substr(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span s;

	if (n < 2)
		return false;
	s = value_plain(arg, scratch);
	s = cut(s, value_number(&arg[1]), n > 2 && arg[2].kind != V_NULL, n > 2 ? value_number(&arg[2]) : 0);
	/* a piece of a text that stays: no copy */
	*ret = arg->kind == V_TEXT ? value_span(s) : value_text(&m->e->pool, s);
	ret->marks = arg->marks | M_BUILT;
	ret->from = arg->from;
	return true;
}

/* Charged by what it makes, or a line of it would cost seconds. */
static bool act_repeat(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch);
	int64_t times = n > 1 ? value_number(&arg[1]) : 0;
	struct buf out = BUF_MAX(REPEAT_MOST);

	if (times < 0 || (s.n && (uint64_t)times > REPEAT_MOST / s.n))
		return false;
	for (int64_t i = 0; s.n && i < times; i++)
		buf_span(&out, s);
	m->e->steps_left -= m->e->steps_left > out.n / 32 ? out.n / 32 : m->e->steps_left;
	*ret = value_text(&m->e->pool, buf_view(&out));
	ret->marks = arg->marks;
	buf_free(&out);
	return true;
}

static bool act_pad(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch), with = n > 2 ? value_plain(&arg[2], other) : SPAN(" ");
	int64_t want = n > 1 ? value_number(&arg[1]) : 0;
	/* STR_PAD_LEFT, _RIGHT, _BOTH */
	int64_t side = n > 3 ? value_number(&arg[3]) : 1, left;
	struct buf out = BUF_MAX(REPEAT_MOST);

	if (want > 65536 || !with.n)
		return false;
	want = want > (int64_t)s.n ? want - (int64_t)s.n : 0;
	left = side == 0 ? want : side == 2 ? want / 2 : 0;
	for (int64_t i = 0; i < left; i++)
		buf_byte(&out, with.p[(size_t)i % with.n]);
	buf_span(&out, s);
	for (int64_t i = 0; i < want - left; i++)
		buf_byte(&out, with.p[(size_t)i % with.n]);
	*ret = value_text(&m->e->pool, buf_view(&out));
	ret->marks = arg->marks;
	buf_free(&out);
	return true;
}

static bool act_strlen(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];

	*ret = value_int((int64_t)value_plain(arg, scratch).n);
	return true;
}

/* false, not 0, where there is none. */
static bool act_strpos(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s, needle;
	ptrdiff_t at;

	if (n < 2 || arg[1].kind != V_TEXT)
		return false;
	s = value_plain(arg, scratch);
	charge(m, s.n / 8);
	needle = value_plain(&arg[1], other);
	at = needle.n ? span_search(s, n > 2 && value_number(&arg[2]) > 0 ? (size_t)value_number(&arg[2]) : 0,
				    needle)
		      : 0;
	*ret = at < 0 ? value_bool(false) : value_int(at);
	return true;
}

/* From the needle on, or up to it. */
static bool act_strstr(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s, needle;
	ptrdiff_t at;

	if (n < 2)
		return false;
	s = value_plain(arg, scratch);
	charge(m, s.n / 8);
	needle = value_plain(&arg[1], other);
	at = needle.n ? span_search(s, 0, needle) : 0;
	*ret = at < 0 ? value_bool(false)
		      : value_text(&m->e->pool, n > 2 && value_truth(&arg[2]) == 1
							? span_head(s, (size_t)at)
							: span_from(s, (size_t)at));
	ret->marks = arg->marks | M_BUILT;
	ret->from = arg->from;
	return true;
}

static bool act_strrchr(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span s = value_plain(arg, scratch), needle = n > 1 ? value_plain(&arg[1], other) : SPAN_NONE;
	ptrdiff_t at = needle.n ? span_rfind(s, needle.p[0]) : -1;

	charge(m, s.n / 8);

	*ret = at < 0 ? value_bool(false) : value_text(&m->e->pool, span_from(s, (size_t)at));
	ret->marks = arg->marks;
	return true;
}

/* str_replace with texts or lists on either side. */
static bool replace(struct machine *m, struct value *arg, uint32_t n, bool any_case, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH], sc[VALUE_SCRATCH];
	uint32_t pairs = arg[0].kind == V_ARRAY ? arg[0].array->n : 1;
	struct span s;
	uint64_t cost;
	struct buf work[2] = { BUF_MAX(DECODED_MOST), BUF_MAX(DECODED_MOST) };

	if (n < 3 || arg[2].kind == V_ARRAY || pairs > 512)
		return false;
	s = value_plain(&arg[2], sa);
	for (uint32_t i = 0; i < pairs; i++) {
		struct buf *out = &work[i & 1];
		const struct value *from = arg[0].kind == V_ARRAY ? &arg[0].array->pair[i].value : &arg[0];
		struct span to = SPAN("");

		if (arg[1].kind != V_ARRAY)
			to = value_plain(&arg[1], sc);
		else if (i < arg[1].array->n)
			to = value_plain(&arg[1].array->pair[i].value, sc);
		out->n = 0;
		cost = decode_replace(s, value_plain(from, sb), to, any_case, out);
		s = buf_view(out);
		cost += s.n / 8;
		m->e->steps_left -= m->e->steps_left > cost ? cost : m->e->steps_left;
		if (m->e->steps_left < 1000)
			break;
	}
	*ret = value_text(&m->e->pool, s);
	ret->marks = arg[2].marks | M_BUILT | (value_all_marks(&arg[1]) & M_INPUT);
	ret->from = arg[2].from;
	buf_free(&work[0]);
	buf_free(&work[1]);
	return true;
}

static bool act_replace(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return replace(m, arg, n, false, ret);
}

static bool act_ireplace(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return replace(m, arg, n, true, ret);
}

static bool act_replace_at(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH];
	struct span s, with, middle;
	struct buf out = BUF_MAX(DECODED_MOST);

	if (n < 3)
		return false;
	s = value_plain(arg, sa);
	with = value_plain(&arg[1], sb);
	middle = cut(s, value_number(&arg[2]), n > 3 && arg[3].kind != V_NULL,
		     n > 3 ? value_number(&arg[3]) : 0);
	buf_add(&out, s.p, (size_t)(middle.p - s.p));
	buf_span(&out, with);
	buf_add(&out, middle.p + middle.n, (size_t)(s.p + s.n - middle.p - (ptrdiff_t)middle.n));
	*ret = value_text(&m->e->pool, buf_view(&out));
	ret->marks = arg->marks | arg[1].marks | M_BUILT;
	buf_free(&out);
	return true;
}

/* strtr with a list: the longest word at each place. */
static bool translate_words(struct machine *m, struct value *arg, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH];
	const struct array *a = arg[1].array;
	struct span s = value_plain(arg, sa);
	struct buf out = BUF_MAX(DECODED_MOST);
	size_t at = 0;

	if (a->n > 1024 || (uint64_t)s.n * a->n > m->e->steps_left * 8)
		return false;
	m->e->steps_left -=
		(uint64_t)s.n * a->n / 16 < m->e->steps_left ? (uint64_t)s.n * a->n / 16 : m->e->steps_left;
	while (at < s.n) {
		size_t best = 0;
		struct span to = SPAN_NONE;

		for (uint32_t i = 0; i < a->n; i++) {
			struct span word = value_plain(&a->pair[i].key, sb);

			if (word.n > best && span_starts(span_from(s, at), word)) {
				best = word.n;
				to = value_plain(&a->pair[i].value, sa);
			}
		}
		if (best)
			buf_span(&out, to);
		else
			buf_byte(&out, s.p[at]);
		at += best ? best : 1;
	}
	*ret = value_text(&m->e->pool, buf_view(&out));
	buf_free(&out);
	return true;
}

static bool act_translate(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH], sc[VALUE_SCRATCH];
	struct span s, from, to;
	char map[256];

	if (n == 2 && arg[1].kind == V_ARRAY && arg[0].kind == V_TEXT) {
		if (!translate_words(m, arg, ret))
			return false;
	} else if (n > 2) {
		s = value_plain(arg, sa);
		from = value_plain(&arg[1], sb);
		to = value_plain(&arg[2], sc);
		for (int i = 0; i < 256; i++)
			map[i] = (char)i;
		for (size_t i = 0; i < from.n && i < to.n; i++)
			map[(uint8_t)from.p[i]] = to.p[i];
		*ret = value_text(&m->e->pool, s);
		for (size_t i = 0; ret->kind == V_TEXT && i < s.n; i++)
			((char *)(uintptr_t)ret->p)[i] = map[(uint8_t)s.p[i]];
	} else {
		return false;
	}
	ret->marks = arg->marks | M_BUILT | (ret->n > 40 ? M_DECODED : 0);
	ret->from = arg->from;
	return true;
}

/* A piece of what the pieces say about the whole: what stands in front, and what it is made of. */
static bool loose_sprintf(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct span f = span_of(arg[0].p, arg[0].n);
	uint32_t next = 1;

	if (arg[0].kind != V_TEXT)
		return false;
	*ret = value_span(SPAN(""));
	while (f.n) {
		ptrdiff_t percent = span_find(f, 0, '%');

		*ret = value_append(&m->e->pool, *ret,
				    value_span(percent < 0 ? f : span_head(f, (size_t)percent)));
		if (percent < 0)
			break;
		f = span_from(f, (size_t)percent + 1);
		while (f.n && strchr("0123456789.-+' $", f.p[0]))
			f = span_from(f, 1);
		f = span_from(f, 1);
		if (next < n)
			*ret = value_append(&m->e->pool, *ret, arg[next++]);
	}
	return true;
}

/* What stands between the percent sign and its letter: %[N$][flags][width][.precision] */
struct format {
	uint32_t which, width, precision;
	char fill;
	bool to_left, plus, cut;
};

static uint32_t take_number(struct span *s)
{
	uint32_t v = 0;

	for (; s->n && s->p[0] >= '0' && s->p[0] <= '9'; *s = span_from(*s, 1))
		v = v < 65536 ? v * 10 + (uint32_t)(s->p[0] - '0') : v;
	return v;
}

static struct format take_format(struct span *s)
{
	struct format f = { .fill = ' ' };
	struct span ahead = *s;
	uint32_t which = take_number(&ahead);

	if (which && ahead.n && ahead.p[0] == '$') {
		f.which = which;
		*s = span_from(ahead, 1);
	}
	for (; s->n && strchr("-+ 0'", s->p[0]) && s->p[0]; *s = span_from(*s, 1)) {
		if (s->p[0] == '\'' && s->n > 1)
			*s = span_from(*s, 1), f.fill = s->p[0];
		else if (s->p[0] == '-')
			f.to_left = true;
		else if (s->p[0] == '+')
			f.plus = true;
		else
			f.fill = s->p[0];
	}
	f.width = take_number(s);
	f.cut = s->n && s->p[0] == '.';
	if (f.cut) {
		*s = span_from(*s, 1);
		f.precision = take_number(s);
	}
	return f;
}

static struct span digits_of(uint64_t v, unsigned base, const char *letters, char text[65])
{
	size_t at = 65;

	do
		text[--at] = letters[v % base];
	while ((v /= base) && at > 0);
	return span_of(text + at, 65 - at);
}

static void add_digits(struct buf *out, uint64_t v, unsigned base, bool capitals)
{
	char text[65];

	buf_span(out, digits_of(v, base, capitals ? "0123456789ABCDEF" : "0123456789abcdef", text));
}

/* One argument as the letter wants it; false for what is not worked out. */
static bool add_argument(const struct format *f, char letter, const struct value *arg, struct buf *out)
{
	char scratch[VALUE_SCRATCH];
	uint64_t number = (uint64_t)value_number(arg);
	struct span s;

	switch (letter) {
	case 'c':
		buf_byte(out, (char)number);
		return true;
	case 'd':
	case 'i':
		buf_addf(out, f->plus ? "%+lld" : "%lld", (long long)number);
		return true;
	case 'u':
		add_digits(out, number, 10, false);
		return true;
	case 'x':
	case 'X':
		add_digits(out, number, 16, letter == 'X');
		return true;
	case 'o':
		add_digits(out, number, 8, false);
		return true;
	case 'b':
		add_digits(out, number, 2, false);
		return true;
	case 's':
		s = value_plain(arg, scratch);
		buf_span(out, f->cut ? span_head(s, f->precision) : s);
		return true;
	default:
		return false;
	}
}

/* PHP puts zeros behind a sign, and behind a text that it fills to the left as well. */
static void add_filled(const struct format *f, char letter, struct span piece, struct buf *out)
{
	size_t fill = letter != 'c' && f->width > piece.n && f->width <= 65536 ? f->width - piece.n : 0;
	bool sign = f->fill == '0' && !f->to_left && (letter == 'd' || letter == 'i') && piece.n &&
		    (piece.p[0] == '-' || piece.p[0] == '+');

	if (sign) {
		buf_byte(out, piece.p[0]);
		piece = span_from(piece, 1);
	}
	if (f->to_left)
		buf_span(out, piece);
	while (fill-- > 0)
		buf_byte(out, f->fill);
	if (!f->to_left)
		buf_span(out, piece);
}

static bool act_sprintf(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span s;
	struct buf out = BUF_MAX(DECODED_MOST), piece = BUF_MAX(DECODED_MOST);
	uint32_t next = 1, marks = arg->marks | M_BUILT;
	bool good = true;

	*ret = value_unknown(0, 0);
	if (!known(arg, n))
		return loose_sprintf(m, arg, n, ret);
	for (s = value_plain(arg, scratch); s.n && good;) {
		struct format f;
		char c = s.p[0];

		s = span_from(s, 1);
		if (c != '%' || !s.n) {
			buf_byte(&out, c);
			continue;
		}
		f = take_format(&s);
		c = s.n ? s.p[0] : '\0';
		s = span_from(s, 1);
		if (c == '%') {
			buf_byte(&out, '%');
			continue;
		}
		if (!f.which)
			f.which = next++;
		piece.n = 0;
		good = f.which < n && add_argument(&f, c, &arg[f.which], &piece);
		if (good) {
			add_filled(&f, c, buf_view(&piece), &out);
			marks |= arg[f.which].marks;
			charge(m, piece.n / 32 + f.width / 32);
		}
	}
	if (good) {
		*ret = value_text(&m->e->pool, buf_view(&out));
		ret->marks = marks;
	}
	buf_free(&out);
	buf_free(&piece);
	return good || loose_sprintf(m, arg, n, ret);
}

/* The low half first, as pack("h") has it. */
static void swap_halves(struct buf *out, size_t from)
{
	for (size_t i = from; i < out->n; i++)
		out->p[i] = (char)((uint8_t)out->p[i] >> 4 | (uint8_t)out->p[i] << 4);
}

/* pack("H*", ...) and the like: hex, letters, bytes. What has no count is one. */
static bool act_pack(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH], other[VALUE_SCRATCH];
	struct span f = value_plain(arg, scratch), s;
	struct buf out = BUF_MAX(DECODED_MOST);
	uint32_t next = 1;
	uint32_t marks = 0;

	while (f.n && next < n) {
		char c = f.p[0];
		uint32_t count = 1;

		f = span_from(f, 1);
		if (f.n && f.p[0] == '*')
			count = UINT32_MAX, f = span_from(f, 1);
		else if (f.n && f.p[0] >= '0' && f.p[0] <= '9')
			count = take_number(&f);
		marks |= arg[next].marks;
		if (c == 'H' || c == 'h') {
			size_t from = out.n;

			s = value_plain(&arg[next++], other);
			decode_unhex(span_head(s, count), &out);
			if (c == 'h')
				swap_halves(&out, from);
		} else if (c == 'a' || c == 'A') {
			s = value_plain(&arg[next++], other);
			buf_span(&out, span_head(s, count));
			for (size_t i = s.n; count <= 65536 && i < count; i++)
				buf_byte(&out, c == 'A' ? ' ' : '\0');
		} else if (c == 'c' || c == 'C') {
			for (; count > 0 && next < n; count--)
				buf_byte(&out, (char)value_number(&arg[next++]));
		}
	}
	*ret = value_text(&m->e->pool, buf_view(&out));
	ret->marks = marks | M_BUILT | M_CHANGED | (out.n > 20 ? M_DECODED : 0);
	ret->from = machine_step(m, n > 1 ? arg[1].from : 0, "pack");
	buf_free(&out);
	return true;
}

/* --- numbers --------------------------------------------------------------------------------- */

/* What is no digit is skipped, as PHP does. */
static int64_t in_base(struct span s, unsigned base)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = (char)(s.p[i] | 0x20);
		unsigned d = s.p[i] >= '0' && s.p[i] <= '9' ? (unsigned)(s.p[i] - '0')
			     : c >= 'a' && c <= 'z'	    ? (unsigned)(c - 'a') + 10
							    : 99;

		if (d < base)
			v = v * base + d;
	}
	return (int64_t)v;
}

static bool read_in_base(const struct value *arg, unsigned base, struct value *ret)
{
	char scratch[VALUE_SCRATCH];

	*ret = value_int(in_base(value_plain(arg, scratch), base));
	ret->marks = arg->marks & (M_BUILT | M_DECODED);
	return true;
}

static bool act_hexdec(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return read_in_base(arg, 16, ret);
}

static bool act_bindec(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return read_in_base(arg, 2, ret);
}

static bool act_octdec(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	return read_in_base(arg, 8, ret);
}

static struct value digits(struct machine *m, uint64_t v, unsigned base)
{
	char text[65];

	return value_text(&m->e->pool, digits_of(v, base, "0123456789abcdefghijklmnopqrstuvwxyz", text));
}

static bool act_dechex(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	*ret = digits(m, (uint64_t)value_number(arg), 16);
	return true;
}

/* base_convert(1751504350, 10, 36) is a well-known way to hide a name. */
static bool act_base_convert(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	int64_t from = n > 2 ? value_number(&arg[1]) : 0, to = n > 2 ? value_number(&arg[2]) : 0;

	if (from < 2 || from > 36 || to < 2 || to > 36)
		return false;
	*ret = digits(m, (uint64_t)in_base(value_plain(arg, scratch), (unsigned)from), (unsigned)to);
	ret->marks = M_BUILT;
	return true;
}

static bool act_intval(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	int64_t base = n > 1 ? value_number(&arg[1]) : 10;

	if (arg->kind == V_TEXT && base >= 2 && base <= 36 && base != 10)
		return read_in_base(arg, (unsigned)base, ret);
	*ret = value_int(value_number(arg));
	return true;
}

/* floor, ceil, round and abs of what is whole and not below zero, where all of them are the same. */
static bool act_floor(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (arg->kind != V_INT || arg->i < 0)
		return false;
	*ret = *arg;
	return true;
}

/* Keys of packed scripts are digests of passwords that stand beside them. */
static bool digest(struct machine *m, const struct function *fn, struct value *arg, uint32_t n,
		   struct value *ret)
{
	char scratch[VALUE_SCRATCH], hex[2 * SHA1_DIGEST_SIZE];
	uint8_t sum[SHA1_DIGEST_SIZE];
	struct span s;
	size_t size = fn->name[0] == 'm' ? MD5_DIGEST_SIZE : SHA1_DIGEST_SIZE;

	if (!value_to_text(arg, scratch, &s) || arg->marks & (M_INPUT | M_BARE))
		return false;
	m->e->steps_left -= m->e->steps_left > s.n / 16 ? s.n / 16 : m->e->steps_left;
	if (fn->name[0] == 'c') {
		*ret = value_int((int64_t)crc32(0, (const Bytef *)s.p, (uInt)s.n));
		return true;
	}
	if (fn->name[0] == 'm') {
		struct md5_ctx ctx;

		md5_init(&ctx);
		md5_update(&ctx, s.n, (const uint8_t *)s.p);
		md5_digest(&ctx, size, sum);
	} else {
		struct sha1_ctx ctx;

		sha1_init(&ctx);
		sha1_update(&ctx, s.n, (const uint8_t *)s.p);
		sha1_digest(&ctx, size, sum);
	}
	if (n > 1 && value_truth(&arg[1]) == 1) {
		*ret = value_text(&m->e->pool, span_of((const char *)sum, size));
		return true;
	}
	for (size_t i = 0; i < size; i++) {
		hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
	}
	*ret = value_text(&m->e->pool, span_of(hex, 2 * size));
	return true;
}

/* --- constants ------------------------------------------------------------------------------- */

/* Constants of the file's own. */
static bool act_define(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	if (n < 2 || arg[0].kind != V_TEXT || !m->e->defined)
		return false;
	arg[1].slot = 0;
	array_set(&m->e->pool, m->e->defined, &arg[0], arg[1], &m->e->steps_left);
	*ret = value_bool(true);
	return true;
}

/* Also every bare word in the text that is no keyword (operand.c). */
static bool act_constant(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	static const struct {
		const char *name;
		const char *text;
		int64_t number;
	} known[] = { { "PHP_EOL", "\n", 0 },
		      { "DIRECTORY_SEPARATOR", "/", 0 },
		      { "PATH_SEPARATOR", ":", 0 },
		      { "PHP_OS", "Linux", 0 },
		      { "E_ALL", NULL, 32767 },
		      { "CURLOPT_URL", NULL, 10002 },
		      { "CURLOPT_POSTFIELDS", NULL, 10015 },
		      { "FILE_APPEND", NULL, 8 },
		      { "STR_PAD_LEFT", NULL, 0 },
		      { "STR_PAD_RIGHT", NULL, 1 },
		      { "STR_PAD_BOTH", NULL, 2 },
		      { "PHP_INT_MAX", NULL, INT64_MAX },
		      { "PATHINFO_DIRNAME", NULL, 1 },
		      { "PATHINFO_BASENAME", NULL, 2 },
		      { "PATHINFO_EXTENSION", NULL, 4 },
		      { "PATHINFO_FILENAME", NULL, 8 },
		      { "M_PI", NULL, 3 } };
	struct pair *at = arg[0].kind == V_TEXT && m->e->defined
				  ? array_find(m->e->defined, &arg[0], &m->e->steps_left)
				  : NULL;

	if (at) {
		*ret = at->value;
		return true;
	}
	for (size_t i = 0; arg[0].kind == V_TEXT && i < sizeof(known) / sizeof(known[0]); i++)
		if (span_eq(span_of(arg[0].p, arg[0].n), span_str(known[i].name))) {
			*ret = known[i].text ? value_span(span_str(known[i].text))
					     : value_int(known[i].number);
			return true;
		}
	*ret = value_unknown(0, 0);
	/* PHP before 8 takes an unknown constant for a text: words that mean nothing are used for hiding */
	if (arg[0].kind == V_TEXT && m->now && m->now->b) {
		*ret = arg[0];
		ret->marks |= M_BARE;
	}
	return true;
}

/* The first piece only: the state between calls is not kept. */
static bool act_strtok(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char sa[VALUE_SCRATCH], sb[VALUE_SCRATCH];
	struct span s = value_plain(arg, sa), ends = n > 1 ? value_plain(&arg[1], sb) : SPAN_NONE;
	size_t to = 0;

	if (n < 2 || arg->kind != V_TEXT || !ends.n)
		return false;
	while (s.n && memchr(ends.p, s.p[0], ends.n))
		s = span_from(s, 1);
	while (to < s.n && !memchr(ends.p, s.p[to], ends.n))
		to++;
	*ret = value_span(span_head(s, to));
	ret->marks = arg->marks | M_BUILT;
	return true;
}

static act_fn *const acts[ACTS] = {
	[ACT_CHR] = act_chr,
	[ACT_ORD] = act_ord,
	[ACT_UCFIRST] = act_ucfirst,
	[ACT_UCWORDS] = act_ucwords,
	[ACT_LCFIRST] = act_lcfirst,
	[ACT_TRIM] = act_trim,
	[ACT_LTRIM] = act_ltrim,
	[ACT_RTRIM] = act_rtrim,
	[ACT_SUBSTR] = act_substr,
	[ACT_REPEAT] = act_repeat,
	[ACT_PAD] = act_pad,
	[ACT_STRLEN] = act_strlen,
	[ACT_STRPOS] = act_strpos,
	[ACT_STRSTR] = act_strstr,
	[ACT_STRRCHR] = act_strrchr,
	[ACT_REPLACE] = act_replace,
	[ACT_IREPLACE] = act_ireplace,
	[ACT_REPLACE_AT] = act_replace_at,
	[ACT_TRANSLATE] = act_translate,
	[ACT_SPRINTF] = act_sprintf,
	[ACT_PACK] = act_pack,
	[ACT_HEXDEC] = act_hexdec,
	[ACT_BINDEC] = act_bindec,
	[ACT_OCTDEC] = act_octdec,
	[ACT_DECHEX] = act_dechex,
	[ACT_BASE_CONVERT] = act_base_convert,
	[ACT_STRTOK] = act_strtok,
	[ACT_INTVAL] = act_intval,
	[ACT_FLOOR] = act_floor,
	[ACT_DEFINE] = act_define,
	[ACT_CONSTANT] = act_constant,
};

/* True: the arguments are off the stack and the result is on it. */
bool builtin_run(struct machine *m, const struct function *fn, struct value *arg, uint32_t n)
{
	struct value v = value_unknown(0, 0);
	bool done = false;

	if (lists_act(fn->act))
		return lists_run(m, fn, arg, n);
	if (n && decoders[fn->act].decode)
		done = run_decoder(m, fn, arg, &v);
	else if (n && fn->act == ACT_DIGEST)
		done = digest(m, fn, arg, n, &v);
	else if (n && acts[fn->act] && (known(arg, n) || fn->act == ACT_DEFINE || fn->act == ACT_SPRINTF))
		done = acts[fn->act](m, arg, n, &v);
	if (!done)
		return false;
	/* the content is one of those it may have */
	for (uint32_t i = 0; fn->flow == FLOW_JOIN && i < n; i++)
		v.marks |= arg[i].marks & (M_INPUT | M_UPLOAD | M_REMOTE | M_CLIENT | M_FILE);
	for (uint32_t i = 0; i < n; i++)
		pop_value(m);
	v.slot = 0;
	push_value(m, v);
	return true;
}
