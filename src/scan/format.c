/*
 * format - see builtin.h: texts laid out, and taken apart, as another one says: sprintf, pack and unpack.
 *
 * It promises: no format is handed to a function of C's. One that is not understood gives what its pieces say about the
 * whole (sprintf), what stands in front of it (pack), or nothing.
 * Source: the PHP manual's pages of the functions.
 * TRUST: formats and what they lay out are the scanned text's; widths and counts are limited here.
 */
#include "scan/builtin.h"

#include "scan/machine.h"
#include "scan/decode.h"

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
		buf_addf(out, "%llu", (unsigned long long)number);
		return true;
	case 'x':
		buf_addf(out, "%llx", (unsigned long long)number);
		return true;
	case 'X':
		buf_addf(out, "%llX", (unsigned long long)number);
		return true;
	case 'o':
		buf_addf(out, "%llo", (unsigned long long)number);
		return true;
	case 'b':
		for (int bit = number ? 63 - __builtin_clzll(number) : 0; bit >= 0; bit--)
			buf_byte(out, (char)('0' + (number >> bit & 1)));
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

bool format_sprintf(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span s;
	struct buf out = BUF_MAX(DECODED_MOST), piece = BUF_MAX(DECODED_MOST);
	uint32_t next = 1, marks = arg->marks | M_BUILT;
	bool good = true;

	*ret = value_unknown(0, 0);
	if (!builtin_known(arg, n))
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
bool format_pack(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
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

/* unpack: all of it as numbers of one size, or as one text. */
bool format_unpack(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct span f, s;
	char kind;
	size_t size;

	if (n < 2 || arg[0].kind != V_TEXT || arg[1].kind != V_TEXT || !arg[0].n)
		return false;
	f = span_of(arg[0].p, arg[0].n);
	s = span_of(arg[1].p, arg[1].n);
	kind = f.p[0];
	size = kind == 'C' || kind == 'c'   ? 1
	       : kind == 'v' || kind == 'n' ? 2
	       : kind == 'V' || kind == 'N' ? 4
					    : 0;
	if (!size || f.n < 2 || f.p[1] != '*' || s.n / size > PIECES_MOST || !lists_new(m, ret))
		return false;
	charge(m, s.n / 16);
	/* counted from 1 */
	ret->array->next = 1;
	for (size_t at = 0; at + size <= s.n; at += size) {
		int64_t v = 0;

		for (size_t i = 0; i < size; i++)
			v |= (int64_t)(uint8_t)s.p[at + i]
			     << 8 * (kind == 'N' || kind == 'n' ? size - 1 - i : i);
		if (kind == 'c')
			v = v < 128 ? v : v - 256; /* signed */
		array_push(&m->e->pool, ret->array, value_int(v));
	}
	ret->marks = arg[1].marks & (M_INPUT | M_BUILT | M_DECODED);
	return true;
}
