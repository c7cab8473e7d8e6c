/*
 * decode - see decode.h: PHP's own decoders without PHP, near enough that nothing hides in the
 * difference.
 *
 * Sources: RFC 4648 section 4 (base64), RFC 1950, 1951, 1952 (zlib, deflate, gzip), the PHP manual's
 * pages of base64_decode, gzinflate, urlencode and stripslashes, php-src ext/standard/base64.c, url.c,
 * uuencode.c.
 * It promises: no byte is read outside of IN, OUT never passes its ceiling, and the time is linear in
 * what is read and written. Nothing is allocated but through OUT and inside of zlib.
 * Damage: a false return means that PHP would have given false; what was decoded in front of the damage
 * stays in OUT. Locale and time zone change nothing.
 * TRUST: input is an attacker's, made to be larger, deeper or more broken than any honest one.
 */
#include "scan/decode.h"

#include "base/digits.h"
#include "base/lower.h"

#include <zlib.h>

/*
 * Bytes that zlib gives at a time: one piece is all that is inflated in vain once OUT's ceiling is
 * reached.
 */
enum { PIECE = 1 << 14 };

bool decode_base64(struct span in, struct buf *out)
{
	uint32_t bits = 0;
	unsigned have = 0;

	/*
	 * what is no digit is skipped, as PHP does. Only the strict flag makes it refuse, which is not
	 * followed. "=" is skipped likewise, so decoding goes on behind it.
	 */
	for (size_t i = 0; i < in.n && !out->over; i++) {
		int d = base64_digit(in.p[i]);

		if (d < 0)
			continue;
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_byte(out, (char)(bits >> have & 0xff));
		}
	}
	return true;
}

bool decode_base64_encode(struct span in, struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < in.n; i += 3) {
		uint32_t v = (uint32_t)(uint8_t)in.p[i] << 16;

		if (i + 1 < in.n)
			v |= (uint32_t)(uint8_t)in.p[i + 1] << 8;
		if (i + 2 < in.n)
			v |= (uint8_t)in.p[i + 2];
		buf_byte(out, digits[v >> 18]);
		buf_byte(out, digits[v >> 12 & 63]);
		buf_byte(out, i + 1 < in.n ? digits[v >> 6 & 63] : '=');
		buf_byte(out, i + 2 < in.n ? digits[v & 63] : '=');
	}
	return true;
}

/*
 * Piece by piece, so that the ceiling holds whatever the ratio. WINDOW is zlib's windowBits: its sign and
 * size choose the format (zlib.h, inflateInit2). A stream that breaks off still counts where it gave
 * something: a cut file shows what its beginning held.
 */
static bool unzip(struct span in, struct buf *out, int window)
{
	z_stream z = { 0 };
	char piece[PIECE];
	int rc = Z_OK;

	/* zlib counts its input in 32 bits */
	if (in.n > UINT32_MAX / 2 || inflateInit2(&z, window) != Z_OK)
		return false;
	z.next_in = (unsigned char *)(uintptr_t)in.p;
	z.avail_in = (unsigned)in.n;
	while (rc == Z_OK && !out->over) {
		z.next_out = (unsigned char *)piece;
		z.avail_out = PIECE;
		rc = inflate(&z, Z_NO_FLUSH);
		buf_add(out, piece, PIECE - z.avail_out);
		/* a round that gave nothing has no input left: it would give nothing for ever */
		if (z.avail_out == PIECE && rc == Z_OK)
			break;
	}
	inflateEnd(&z);
	return rc == Z_STREAM_END || out->n > 0;
}

/* gzinflate: bare deflate (RFC 1951), no head and no sum; negative bits say so. */
bool decode_inflate(struct span in, struct buf *out)
{
	return unzip(in, out, -15);
}

/* gzuncompress: with zlib's head (RFC 1950). */
bool decode_zlib(struct span in, struct buf *out)
{
	return unzip(in, out, 15);
}

/*
 * gzdecode and zlib_decode. The latter takes all three forms: 32 lets zlib see whether the head is its
 * own or gzip's, and what is neither is tried as bare deflate. A first try that fails has left nothing in
 * OUT.
 */
bool decode_gzip(struct span in, struct buf *out)
{
	return unzip(in, out, 15 + 32) || unzip(in, out, -15);
}

bool decode_rot13(struct span in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i], low = (char)(c | 0x20);

		if (low >= 'a' && low <= 'z')
			c = (char)(low < 'n' ? c + 13 : c - 13);
		buf_byte(out, c);
	}
	return true;
}

bool decode_reverse(struct span in, struct buf *out)
{
	for (size_t i = in.n; i > 0; i--)
		buf_byte(out, in.p[i - 1]);
	return true;
}

bool decode_hex(struct span in, struct buf *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < in.n; i++) {
		buf_byte(out, digits[(uint8_t)in.p[i] >> 4]);
		buf_byte(out, digits[(uint8_t)in.p[i] & 15]);
	}
	return true;
}

/* PHP refuses odd lengths and other letters; what came before stays. */
bool decode_unhex(struct span in, struct buf *out)
{
	size_t i;

	for (i = 0; i + 1 < in.n; i += 2) {
		int a = hex_digit(in.p[i]), b = hex_digit(in.p[i + 1]);

		if (a < 0 || b < 0)
			return false;
		buf_byte(out, (char)(a << 4 | b));
	}
	return i == in.n;
}

/*
 * A "%" without two hex digits behind it stands for itself (php-src url.c, php_url_decode). PLUS:
 * urldecode makes a blank of "+", rawurldecode does not.
 */
static bool unescape_url(struct span in, struct buf *out, bool plus)
{
	for (size_t i = 0; i < in.n; i++) {
		int a = i + 2 < in.n ? hex_digit(in.p[i + 1]) : -1,
		    b = i + 2 < in.n ? hex_digit(in.p[i + 2]) : -1;

		if (in.p[i] == '%' && a >= 0 && b >= 0) {
			buf_byte(out, (char)(a << 4 | b));
			i += 2;
		} else {
			buf_byte(out, plus && in.p[i] == '+' ? ' ' : in.p[i]);
		}
	}
	return true;
}

bool decode_url(struct span in, struct buf *out)
{
	return unescape_url(in, out, true);
}

bool decode_raw_url(struct span in, struct buf *out)
{
	return unescape_url(in, out, false);
}

/* urlencode: letters, digits and "-_." stay, a blank becomes "+" (PHP manual, urlencode). */
bool decode_url_encode(struct span in, struct buf *out)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i], low = (char)(c | 0x20);

		if ((low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
		    c == '.') {
			buf_byte(out, c);
		} else if (c == ' ') {
			buf_byte(out, '+');
		} else {
			buf_byte(out, '%');
			buf_byte(out, digits[(uint8_t)c >> 4]);
			buf_byte(out, digits[(uint8_t)c & 15]);
		}
	}
	return true;
}

/*
 * Length, lines of four, as uuencode writes them. A length of 0 ends the text. Writers differ in what
 * they take for zero, " " or "`"; they are 64 apart, so & 63 makes them the same.
 */
bool decode_uu(struct span in, struct buf *out)
{
	size_t i = 0;

	while (i < in.n) {
		unsigned n = (unsigned)(in.p[i++] - ' ') & 63;

		if (n == 0)
			break;
		for (; n > 0 && i + 3 < in.n; i += 4) {
			unsigned v = 0;

			for (unsigned k = 0; k < 4; k++)
				v = v << 6 | ((unsigned)(in.p[i + k] - ' ') & 63);
			for (unsigned k = 0; k < 3 && n > 0; k++, n--)
				buf_byte(out, (char)(v >> (16 - 8 * k) & 0xff));
		}
		if (n > 0)
			return out->n > 0;
		while (i < in.n && in.p[i] != '\n')
			i++;
		i++;
	}
	return true;
}

/*
 * One entity at the front of S: its length, 0 where it is none. Only those that code could be written in:
 * a number above 255 is no byte of PHP's syntax, and the names are the ones that htmlspecialchars knows
 * and the blank. Nine bytes are enough for any of them, and keep V from overflowing.
 */
static size_t entity(struct span s, char *ret)
{
	static const struct {
		const char *name;
		char c;
	} named[] = { { "&lt;", '<' },	 { "&gt;", '>' },   { "&amp;", '&' },
		      { "&quot;", '"' }, { "&nbsp;", ' ' }, { "&apos;", '\'' } };
	unsigned v = 0;
	size_t i = 2;
	bool hex;

	for (size_t k = 0; k < sizeof(named) / sizeof(named[0]); k++)
		if (span_starts(s, span_str(named[k].name))) {
			*ret = named[k].c;
			return strlen(named[k].name);
		}
	if (s.n < 4 || s.p[1] != '#')
		return 0;
	hex = (s.p[2] | 0x20) == 'x';
	for (i += hex; i < s.n && i < 9 && hex_digit(s.p[i]) >= 0; i++)
		v = v * (hex ? 16 : 10) + (unsigned)hex_digit(s.p[i]);
	*ret = (char)v;
	return i < s.n && s.p[i] == ';' && v < 256 ? i + 1 : 0;
}

bool decode_entities(struct span in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		size_t n = c == '&' ? entity(span_from(in, i), &c) : 0;

		buf_byte(out, c);
		i += n ? n - 1 : 0;
	}
	return true;
}

/*
 * A backslash goes, what it stood before stays. PHP makes a NUL of \0; here the 0 stays. A lone backslash
 * at the end is dropped by both.
 */
bool decode_stripslashes(struct span in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] == '\\' && ++i == in.n)
			break;
		buf_byte(out, in.p[i]);
	}
	return true;
}

/* The escapes of C (php-src ext/standard/string.c, php_stripcslashes): a text can be written in them alone. */
bool decode_stripcslashes(struct span in, struct buf *out)
{
	static const char letters[] = "n\nt\tr\ra\av\vb\bf\f";

	for (size_t i = 0; i < in.n; i++) {
		const char *known;
		unsigned v = 0;
		size_t from;

		if (in.p[i] != '\\' || ++i == in.n) {
			if (i < in.n)
				buf_byte(out, in.p[i]);
			continue;
		}
		known = in.p[i] >= 'a' ? memchr(letters, in.p[i], sizeof(letters) - 1) : NULL;
		from = i;
		if (in.p[i] == 'x')
			for (i++; i < in.n && i < from + 3 && hex_digit(in.p[i]) >= 0; i++)
				v = v * 16 + (unsigned)hex_digit(in.p[i]);
		else
			for (; i < in.n && i < from + 3 && in.p[i] >= '0' && in.p[i] <= '7'; i++)
				v = v * 8 + (unsigned)(in.p[i] - '0');
		if (i > from + (in.p[from] == 'x'))
			buf_byte(out, (char)v);
		else
			buf_byte(out, known ? known[1] : in.p[from]);
		i = i > from + (in.p[from] == 'x') ? i - 1 : from;
	}
	return true;
}

/*
 * Plain letters only, as PHP does since 8.2 (manual, strtolower); before, the locale had its say, but a
 * function's name has none but plain letters.
 */
bool decode_lower(struct span in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++)
		buf_byte(out, char_lower(in.p[i]));
	return true;
}

bool decode_upper(struct span in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++)
		buf_byte(out, (char)(in.p[i] >= 'a' && in.p[i] <= 'z' ? in.p[i] & ~0x20 : in.p[i]));
	return true;
}

size_t decode_replace(struct span s, struct span from, struct span to, bool any_case, struct buf *out)
{
	struct buf low = BUF_MAX(s.n), word = BUF_MAX(from.n);
	struct span in = s;
	size_t at = 0, hits = 0;
	ptrdiff_t hit;

	if (any_case && decode_lower(s, &low) && decode_lower(from, &word)) {
		in = buf_view(&low);
		from = buf_view(&word);
	}
	while (from.n && (hit = span_search(in, at, from)) >= 0) {
		buf_add(out, s.p + at, (size_t)hit - at);
		buf_span(out, to);
		at = (size_t)hit + from.n;
		hits++;
	}
	buf_span(out, span_from(s, at));
	buf_free(&low);
	buf_free(&word);
	return hits;
}
