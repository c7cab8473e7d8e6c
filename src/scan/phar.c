/*
 * phar - see phar.h.
 *
 * Sources: PHP manual, Phar, "Phar File Format": "Ingredients of all Phar archives", "Global Phar manifest format", "Phar manifest
 * file entry definition", "Global Phar bitmapped flags". What follows the stub's end, and that the first one counts wherever it
 * stands, is told by what PHP 5.6 to 8.2 open.
 */
#include "scan/phar.h"

enum {
	HEAD = 18, /* files, version, flags, lengths of alias and of what else is said of it */
	FILE_HEAD = 28, /* of each: all but the name and what else is said of it */
	METHOD = 0xf000,
	DEFLATED = 0x1000,
	BZIPPED = 0x2000,
};

static uint32_t u32(const char *p)
{
	return (uint32_t)(unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8 |
	       (uint32_t)(unsigned char)p[2] << 16 | (uint32_t)(unsigned char)p[3] << 24;
}

bool phar_find(struct span bytes, uint64_t *ret_at, uint64_t *ret_n)
{
	const struct span end = SPAN("__HALT_COMPILER();");
	ptrdiff_t found = span_starts(bytes, SPAN("PK\003\004")) ? -1 : span_search(bytes, 0, end);
	struct span rest;
	uint32_t n, files;

	if (found < 0)
		return false;
	rest = span_from(bytes, (size_t)found + end.n);
	if (span_starts(rest, SPAN(" ?>")) || span_starts(rest, SPAN("\n?>"))) {
		rest = span_from(rest, 3);
		if (span_starts(rest, SPAN("\r")))
			rest = span_from(rest, 1);
		if (span_starts(rest, SPAN("\n")))
			rest = span_from(rest, 1);
	}
	if (rest.n < 4 + HEAD)
		return false;
	n = u32(rest.p);
	files = u32(rest.p + 4);
	if (n < HEAD || n > PHAR_LIST_MOST || !files || files > (n - HEAD) / FILE_HEAD)
		return false;
	*ret_at = (uint64_t)(rest.p - bytes.p) + 4;
	*ret_n = n;
	return true;
}

/* A piece of the list whose length stands in front of it. */
static bool take(struct phar *p, struct span *ret)
{
	uint32_t n;

	if (p->rest.n < 4 || (n = u32(p->rest.p)) > p->rest.n - 4)
		return false;
	*ret = span_of(p->rest.p + 4, n);
	p->rest = span_from(p->rest, 4 + (size_t)n);
	return true;
}

bool phar_open(struct phar *p, struct span list)
{
	struct span alias, more;

	*p = (struct phar){ 0 };
	if (list.n < HEAD)
		return false;
	p->left = u32(list.p);
	p->rest = span_from(list, 10);
	return take(p, &alias) && take(p, &more);
}

int phar_next(struct phar *p, struct phar_file *ret)
{
	struct span more;
	uint32_t flags;

	if (!p->left)
		return 0;
	*ret = (struct phar_file){ .at = p->at };
	if (!take(p, &ret->name) || !ret->name.n || p->rest.n < 20)
		return -1;
	ret->size = u32(p->rest.p);
	ret->mtime = u32(p->rest.p + 4);
	ret->packed = u32(p->rest.p + 8);
	flags = u32(p->rest.p + 16) & METHOD;
	ret->method = flags == DEFLATED ? PHAR_DEFLATE : flags == BZIPPED ? PHAR_BZIP2 : PHAR_PLAIN;
	p->rest = span_from(p->rest, 20);
	p->at += ret->packed;
	p->left--;
	return take(p, &more) ? 1 : -1;
}
