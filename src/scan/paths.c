/*
 * paths - see builtin.h: paths taken apart, and handles of what is opened by one.
 *
 * It promises: nothing is opened. A handle carries what its path was made of, whether it writes, and what it was told.
 * Source: the PHP manual's pages of the functions (Filesystem Functions, cURL Functions).
 * TRUST: paths and modes are the scanned text's.
 */
#include "scan/builtin.h"

#include "scan/machine.h"

/* What a request to another server is made of. */
#define KEPT (M_INPUT | M_URL | M_VISITOR | M_CLIENT | M_SECRET)

/* The handle carries what its path was made of, and whether it writes. */
bool paths_fopen(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct span path = arg[0].kind == V_TEXT ? value_plain(&arg[0], scratch) : SPAN_NONE;
	struct span mode = n > 1 && arg[1].kind == V_TEXT ? span_of(arg[1].p, arg[1].n) : SPAN("r");
	bool writes = mode.n && (memchr(mode.p, 'w', mode.n) || memchr(mode.p, 'a', mode.n) ||
				 memchr(mode.p, '+', mode.n) || memchr(mode.p, 'x', mode.n));

	*ret = value_unknown(arg[0].marks, arg[0].from);
	if (writes) {
		ret->marks |= M_WRITER;
		if (value_kept(path) || (arg[0].kind == V_UNKNOWN && arg[0].tail == TAIL_KEPT))
			ret->tail = TAIL_KEPT;
		if (value_script(path))
			ret->marks |= M_SCRIPT;
		return true;
	}
	ret->marks = (ret->marks & (M_SELF | M_TEMP)) | (ret->marks & M_TEMPNAME ? M_UPLOAD : 0);
	if (span_eq(path, SPAN("php://input")))
		ret->marks |= M_BODY;
	else if (span_starts(path, SPAN("http")) || arg[0].marks & M_URL)
		ret->marks |= M_REMOTE;
	else
		ret->marks |= M_FILE;
	return true;
}

/* The handle gathers what it is told. */
bool paths_curl(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct value *handle = machine_slot(m, arg->slot - 1);

	if (n > 2 && handle) {
		handle->marks |= value_all_marks(&arg[2]) & KEPT;
		*ret = value_unknown(0, 0);
		return true;
	}
	*ret = value_unknown(arg->marks & KEPT, arg->from);
	return true;
}

/* A folder in front of it goes, and slashes and a known end behind it. */
bool paths_basename(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	struct span s;
	ptrdiff_t slash;

	if (arg[0].kind != V_TEXT) {
		*ret = value_unknown(arg[0].marks, arg[0].from);
		return true;
	}
	s = span_of(arg[0].p, arg[0].n);
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	slash = span_rfind(s, '/');
	s = span_from(s, (size_t)(slash + 1));
	if (n > 1 && arg[1].kind == V_TEXT && arg[1].n < s.n && span_ends(s, span_of(arg[1].p, arg[1].n)))
		s.n -= arg[1].n;
	*ret = value_span(s);
	ret->marks = arg[0].marks;
	return true;
}

/* One piece of a path, or all of them in a list. */
bool paths_pathinfo(struct machine *m, struct value *arg, uint32_t n, struct value *ret)
{
	static const char *const names[] = { "dirname", "basename", "extension", "filename" };
	struct value file, piece[4], key;
	struct span s = arg[0].kind == V_TEXT ? span_of(arg[0].p, arg[0].n) : SPAN_NONE;
	ptrdiff_t slash = span_rfind(s, '/'), dot;

	paths_basename(m, arg, 1, &file);
	piece[0] = piece[2] = piece[3] = value_unknown(arg[0].marks & ~(uint32_t)M_SHAPE, arg[0].from);
	piece[1] = file;
	if (arg[0].kind == V_TEXT) {
		struct span name = span_of(file.p, file.n);

		dot = span_rfind(name, '.');
		piece[0] = value_span(slash > 0 ? span_head(s, (size_t)slash) : SPAN("."));
		piece[2] = value_span(dot < 0 ? SPAN("") : span_from(name, (size_t)dot + 1));
		piece[3] = value_span(dot < 0 ? name : span_head(name, (size_t)dot));
		for (int i = 0; i < 4; i++) {
			piece[i].marks = arg[0].marks;
			piece[i].from = arg[0].from;
		}
	}
	if (n > 1) {
		int64_t which = value_number(&arg[1]);

		*ret = which == 1 ? piece[0] : which == 4 ? piece[2] : which == 8 ? piece[3] : piece[1];
		return true;
	}
	if (!lists_new(m, ret))
		return false;
	for (int i = 0; i < 4; i++) {
		key = value_span(span_str(names[i]));
		array_set(&m->e->pool, ret->array, &key, piece[i], &m->e->steps_left);
	}
	return true;
}
