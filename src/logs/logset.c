/*
 * logset - see logset.h. The suffix grammar is logrotate's (logrotate.conf(5): rotate counts, dateext
 * with the usual dateformats, olddir not followed) and savelog's; ".old" is what older scripts leave.
 */
#include "logs/logset.h"

#include "base/arena.h"

#include <stdlib.h>

enum rotation { ROTATION_NUMBER, ROTATION_DATE, ROTATION_CURRENT };

struct member {
	struct span base;
	enum rotation rotation;
	uint64_t order; /* larger = written later, within one kind of rotation */
	bool packed;
	uint32_t file;
	const struct log_file *meta;
};

static const char *const packers[] = { ".gz", ".xz", ".zst", ".bz2" };

static struct span strip_packer(struct span name, bool *ret_packed)
{
	for (size_t i = 0; i < sizeof(packers) / sizeof(*packers); i++) {
		struct span suffix = span_str(packers[i]);

		if (span_ends(name, suffix)) {
			*ret_packed = true;
			return span_head(name, name.n - suffix.n);
		}
	}
	*ret_packed = false;
	return name;
}

/* Digits and dashes at the end, behind a '.' or '-': their value without the dashes. */
static bool tail_digits(struct span name, size_t *ret_start, uint64_t *ret_value, size_t *ret_digits)
{
	size_t at = name.n;
	size_t digits = 0;

	while (at > 0 &&
	       ((name.p[at - 1] >= '0' && name.p[at - 1] <= '9') || (name.p[at - 1] == '-' && at < name.n))) {
		digits += name.p[at - 1] != '-';
		at--;
	}
	while (at < name.n && name.p[at] == '-')
		at++;
	if (digits == 0 || digits > 18 || at < 2 || (name.p[at - 1] != '.' && name.p[at - 1] != '-'))
		return false;
	*ret_value = 0;
	for (size_t i = at; i < name.n; i++)
		if (name.p[i] != '-')
			*ret_value = *ret_value * 10 + (uint64_t)(name.p[i] - '0');
	*ret_start = at - 1;
	*ret_digits = digits;
	return true;
}

static struct member member_of(const struct log_file *file, uint32_t index)
{
	struct member m = { .rotation = ROTATION_CURRENT, .file = index, .meta = file };
	struct span name = strip_packer(file->name, &m.packed);
	size_t start;
	size_t digits;
	uint64_t value;

	m.base = name;
	if (span_ends(name, SPAN(".old"))) {
		m.base = span_head(name, name.n - 4);
		m.rotation = ROTATION_NUMBER;
		m.order = UINT64_MAX - 1;
	} else if (tail_digits(name, &start, &value, &digits)) {
		m.base = span_head(name, start);
		m.rotation = digits >= 6 ? ROTATION_DATE : ROTATION_NUMBER;
		/* -20261122-1700000000 and -20261122 must compare: left-align to 18 digits. */
		for (size_t i = digits; m.rotation == ROTATION_DATE && i < 18; i++)
			value *= 10;
		m.order = m.rotation == ROTATION_DATE ? value : UINT64_MAX - value;
	}
	return m;
}

struct span logset_base(struct span name)
{
	struct log_file file = { .name = name };

	return member_of(&file, 0).base;
}

static int span_order(struct span a, struct span b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int by_base(const void *x, const void *y)
{
	const struct member *a = x;
	const struct member *b = y;
	int c = span_order(a->base, b->base);

	if (c == 0)
		c = (a->rotation > b->rotation) - (a->rotation < b->rotation);
	if (c == 0)
		c = (a->order > b->order) - (a->order < b->order);
	if (c == 0)
		c = a->packed - b->packed;
	return c ? c : span_order(a->meta->name, b->meta->name);
}

/* Where one set mixes numbers and dates, only the times of the files can tell. */
static int by_mtime(const void *x, const void *y)
{
	const struct member *a = x;
	const struct member *b = y;

	if ((a->rotation == ROTATION_CURRENT) != (b->rotation == ROTATION_CURRENT))
		return a->rotation == ROTATION_CURRENT ? 1 : -1;
	if (a->meta->mtime != b->meta->mtime)
		return a->meta->mtime > b->meta->mtime ? 1 : -1;
	return by_base(x, y);
}

/* The same rotation step twice is NAME.1 beside NAME.1.gz (logrotate was interrupted): plain wins. */
static bool same_step(const struct member *a, const struct member *b)
{
	return a->rotation == b->rotation && a->order == b->order;
}

static bool seen_inode(const struct member *m, size_t n, const struct log_file *file)
{
	for (size_t i = 0; i < n && (file->dev | file->ino); i++)
		if (m[i].meta->dev == file->dev && m[i].meta->ino == file->ino)
			return true;
	return false;
}

static void set_fill(struct arena *a, struct log_set *set, struct member *m, size_t n)
{
	bool mixed = false;

	for (size_t i = 1; i < n; i++)
		mixed |= m[i].rotation != ROTATION_CURRENT && m[i].rotation != m[0].rotation;
	if (mixed)
		qsort(m, n, sizeof(*m), by_mtime);
	set->base = m[0].base;
	set->file = arena_alloc(a, n * sizeof(*set->file));
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !same_step(&m[i - 1], &m[i]))
			set->file[set->nfiles++] = m[i].file;
}

static struct span dir_of(struct span path)
{
	ptrdiff_t slash = span_rfind(path, '/');

	return span_head(path, slash < 0 ? 0 : (size_t)slash + 1);
}

/*
 * What repeats another log beside it: syslog's catch-alls and severity splits (Debian's rsyslog.conf), and Exim's reject
 * and panic logs (Exim specification, "Log files": their lines are in the main log, too).
 */
static const struct {
	const char *copy, *original;
} copies[] = {
	{ "syslog", "mail.log" },
	{ "messages", "mail.log" },
	{ "mail.info", "mail.log" },
	{ "mail.warn", "mail.log" },
	{ "mail.err", "mail.log" },
	{ "syslog", "maillog" },
	{ "messages", "maillog" },
	{ "mail.info", "maillog" },
	{ "mail.warn", "maillog" },
	{ "mail.err", "maillog" },
	{ "rejectlog", "mainlog" },
	{ "paniclog", "mainlog" },
	{ "exim_rejectlog", "exim_mainlog" },
	{ "exim_paniclog", "exim_mainlog" },
	{ "reject.log", "main.log" },
	{ "panic.log", "main.log" },
};

static bool has_set(const struct log_set *sets, size_t n, struct span dir, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(dir_of(sets[i].base), dir) &&
		    span_eq(span_from(sets[i].base, dir.n), span_str(name)))
			return true;
	return false;
}

static void mark_copies(struct log_set *sets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct span dir = dir_of(sets[i].base);
		struct span name = span_from(sets[i].base, dir.n);

		for (size_t k = 0; k < sizeof(copies) / sizeof(*copies) && !sets[i].copy; k++)
			sets[i].copy = span_eq(name, span_str(copies[k].copy)) &&
				       has_set(sets, n, dir, copies[k].original);
	}
}

size_t logset_make(struct arena *a, const struct log_file *files, size_t nfiles, struct log_set **ret_sets)
{
	struct member *m = arena_alloc(a, (nfiles + 1) * sizeof(*m));
	struct log_set *sets = arena_alloc(a, (nfiles + 1) * sizeof(*sets));
	size_t n = 0;
	size_t nsets = 0;

	for (size_t i = 0; i < nfiles; i++)
		if (!seen_inode(m, n, &files[i]))
			m[n++] = member_of(&files[i], (uint32_t)i);
	qsort(m, n, sizeof(*m), by_base);
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && span_eq(m[to].base, m[from].base);)
			to++;
		set_fill(a, &sets[nsets++], m + from, to - from);
	}
	mark_copies(sets, nsets);
	*ret_sets = sets;
	return nsets;
}
