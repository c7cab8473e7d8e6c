/*
 * fact - addresses, and the common shape of login and upload events.
 *
 * Promises: an address is checked to its last byte before it is called one; nothing is copied.
 *
 * TRUST: names, paths and PAM's ruser are client text. rhost= is taken from the right, since the
 * only text behind it is user=, which PAM writes for accounts that exist.
 */
#include "logs/fact.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_v4(struct span s)
{
	unsigned dots = 0, digits = 0, value = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' && digits && dots < 3) {
			dots++;
			digits = value = 0;
		} else if (is_digit(s.p[i]) && digits < 3) {
			value = value * 10 + (unsigned)(s.p[i] - '0');
			digits++;
			if (value > 255)
				return false;
		} else {
			return false;
		}
	}
	return dots == 3 && digits;
}

bool fact_is_address(struct span s)
{
	unsigned colons = 0, run = 0;
	ptrdiff_t zone = span_find(s, 0, '%');

	if (s.n < 2 || s.n > 64)
		return false;
	if (zone > 0)
		s.n = (size_t)zone;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ':') {
			colons++;
			run = 0;
		} else if (s.p[i] == '.') {
			return (colons == 0 || colons >= 2) && is_v4(span_from(s, i - run));
		} else if (!is_hex(s.p[i]) || ++run > 4) {
			return false;
		}
	}
	return colons >= 2 && colons <= 8;
}

struct span fact_address(struct span s)
{
	static const struct span mapped = { "::ffff:", 7 };

	if (s.n > mapped.n && span_eq_nocase(span_head(s, mapped.n), mapped) && is_v4(span_from(s, mapped.n)))
		return span_from(s, mapped.n);
	return s;
}

bool fact_is_inner(struct span address)
{
	static const char *const heads[] = { "127.", "10.", "192.168.", "169.254.", "fe80:", "fc", "fd" };

	if (span_eq(address, SPAN("::1")))
		return true;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (span_starts(address, span_str(heads[i])))
			return true;
	if (!span_starts(address, SPAN("172.")) || address.n < 7 || address.p[6] != '.')
		return false;

	unsigned second = (unsigned)(address.p[4] - '0') * 10 + (unsigned)(address.p[5] - '0');

	return second >= 16 && second <= 31;
}

bool fact_cut(struct span *s, struct span sep, struct span *ret_head)
{
	ptrdiff_t at = span_search(*s, 0, sep);

	if (at < 0)
		return false;
	*ret_head = span_head(*s, (size_t)at);
	*s = span_from(*s, (size_t)at + sep.n);
	return true;
}

ptrdiff_t fact_rsearch(struct span s, struct span needle)
{
	if (needle.n == 0 || s.n < needle.n)
		return -1;
	for (size_t end = s.n - needle.n + 1; end > 0;) {
		ptrdiff_t at = span_rfind(span_head(s, end), needle.p[0]);

		if (at < 0)
			return -1;
		if (memcmp(s.p + at, needle.p, needle.n) == 0)
			return at;
		end = (size_t)at;
	}
	return -1;
}

static void add(struct maker *m, enum field_key key, struct span s)
{
	if (s.n && maker_wants(m, key))
		maker_field(m, key, s);
}

enum line_result fact_write(struct maker *m, enum dialect dialect, enum event_kind kind,
			    const struct fact *fact)
{
	struct span addr = fact_address(fact->addr);
	uint64_t size;

	if (kind == EV_NOTICE && !m->all)
		return LINE_DULL;

	struct event *ev = maker_begin(m, dialect, kind);

	if (span_u64(fact->size, &size) && size <= UINT32_MAX)
		ev->size = (uint32_t)size;
	add(m, fact_is_address(addr) ? F_CLIENT_IP : F_CLIENT_NAME, addr);
	add(m, F_USER, fact->user);
	add(m, F_AUTH_METHOD, fact->method);
	add(m, F_SIZE, fact->size);
	add(m, F_SCRIPT, fact->script);
	add(m, F_TEXT, fact->text);
	maker_end(m);
	return LINE_EVENT;
}

bool fact_is_pam(struct span text)
{
	static const char *const starts[] = { "pam_", "session opened for user ", "session closed for user ",
					      "check pass; " };

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (span_starts(text, span_str(starts[i])))
			return true;
	return fact_has(text, SPAN("; logname="));
}

enum line_result fact_pam_line(struct maker *m, enum dialect dialect)
{
	struct fact fact = { .text = m->line->text };
	ptrdiff_t rhost = fact_rsearch(fact.text, SPAN(" rhost="));

	if (rhost >= 0) {
		struct span rest = span_from(fact.text, (size_t)rhost + 7);
		ptrdiff_t end = span_find(rest, 0, ' ');
		ptrdiff_t user = span_search(rest, 0, SPAN(" user="));

		fact.addr = end < 0 ? rest : span_head(rest, (size_t)end);
		if (user >= 0)
			fact.user = span_from(rest, (size_t)user + 6);
	}
	return fact_write(m, dialect, EV_NOTICE, &fact);
}
