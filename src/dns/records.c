/* records - see records.h. */
#include "dns/records.h"
#include "base/buf.h"
#include "base/arena.h"

#define TEXT_MOST 65535
#define MX_PREFERENCE 2

/* Strings of a TXT record, one behind the other (RFC 7208 3.3). */
static bool read_text(struct buf *out, struct span rdata)
{
	while (rdata.n) {
		size_t n = (unsigned char)rdata.p[0];

		if (n + 1 > rdata.n)
			return false;
		buf_add(out, rdata.p + 1, n);
		rdata = span_from(rdata, n + 1);
	}
	return true;
}

/* Without compression: libunbound has resolved that. A dot inside a label would read as two labels: refused. */
static bool read_name(struct buf *out, struct span rdata)
{
	while (rdata.n && rdata.p[0]) {
		size_t n = (unsigned char)rdata.p[0];

		if (n > 63 || n + 1 >= rdata.n || memchr(rdata.p + 1, '.', n))
			return false;
		if (out->n)
			buf_byte(out, '.');
		buf_add(out, rdata.p + 1, n);
		rdata = span_from(rdata, n + 1);
	}
	return rdata.n == 1 && out->n <= ASK_NAME_MOST;
}

bool record_read(struct arena *a, enum ask_type type, struct span rdata, struct span *ret_record)
{
	struct buf out = BUF_MAX(TEXT_MOST);
	bool good = false;

	if (type == ASK_A || type == ASK_AAAA) {
		good = rdata.n == (type == ASK_A ? 4 : 16);
		buf_span(&out, rdata);
	} else if (type == ASK_TXT) {
		good = read_text(&out, rdata);
	} else if (type == ASK_PTR) {
		good = read_name(&out, rdata);
	} else if (type == ASK_MX) {
		good = rdata.n > MX_PREFERENCE && read_name(&out, span_from(rdata, MX_PREFERENCE));
	}
	if (good)
		*ret_record = arena_span(a, buf_view(&out));
	buf_free(&out);
	return good;
}
