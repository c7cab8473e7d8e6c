/*
 * phar - see phar.h.
 *
 * Sources: PHP manual, Phar, "Phar File Format": "Ingredients of all Phar archives", "Global Phar manifest format", "Phar manifest
 * file entry definition", "Global Phar bitmapped flags". What follows the stub's end, that the first one counts wherever it
 * stands, and what comes before that (the first bytes, a tar's sum) is told by what PHP 5.6 to 8.2 open.
 */
#include "scan/phar.h"

#include "scan/lex.h"

#include <string.h>

enum {
	HEAD = 18, /* files, version, flags, lengths of alias and of what else is said of it */
	FILE_HEAD = 28, /* of each: all but the name and what else is said of it */
	METHOD = 0xf000,
	DEFLATED = 0x1000,
	BZIPPED = 0x2000,
	BLOCK = 512, /* of a tar */
	SUM = 148,
	SUM_N = 8,
	RECORD_MOST = 22 + 65535, /* of the end of a zip */
	STUB_MOST = 1 << 16, /* an honest one is a page */
};

static uint32_t u32(const char *p)
{
	return (uint32_t)(unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8 |
	       (uint32_t)(unsigned char)p[2] << 16 | (uint32_t)(unsigned char)p[3] << 24;
}

/* By its sum alone, which others count in other ways, too; and what begins as a script is none. */
static bool is_tar(struct span head)
{
	size_t i = SUM;
	uint32_t said = 0, sum = SUM_N * ' ';

	if (head.n < BLOCK || span_starts(head, SPAN("<?php")))
		return false;
	while (i < SUM + SUM_N && head.p[i] == ' ')
		i++;
	for (; i < SUM + SUM_N && head.p[i] >= '0' && head.p[i] <= '7'; i++)
		said = said * 8 + (uint32_t)(head.p[i] - '0');
	if (!said)
		return false;
	for (i = 0; i < BLOCK; i++)
		sum += i < SUM || i >= SUM + SUM_N ? (unsigned char)head.p[i] : 0;
	return sum == said;
}

enum phar_form phar_form(struct span bytes)
{
	if (span_starts(bytes, SPAN("PK\003\004")) || span_starts(bytes, SPAN("\x1f\x8b\b")) ||
	    (span_starts(bytes, SPAN("BZh")) && span_starts(span_from(bytes, 4), SPAN("1AY&SY"))))
		return PHAR_PACKED;
	return is_tar(bytes) ? PHAR_TAR : PHAR_OWN;
}

bool phar_cut_off(struct span bytes)
{
	return span_starts(bytes, SPAN("PK")) &&
	       span_search(bytes, bytes.n > RECORD_MOST ? bytes.n - RECORD_MOST : 0, SPAN("PK\005\006")) < 0;
}

static const struct span stub_end = SPAN("__HALT_COMPILER();");

bool phar_find(struct span bytes, uint64_t *ret_at, uint64_t *ret_n)
{
	ptrdiff_t found = span_search(bytes, 0, stub_end);
	struct span rest;
	uint32_t n, files;

	if (found < 0)
		return false;
	rest = span_from(bytes, (size_t)found + stub_end.n);
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

static bool begins(struct span s)
{
	return span_starts(s, SPAN("<?php")) && s.n > 5 && memchr(" \t\r\n", s.p[5], 4);
}

struct span phar_script(const struct lexicon *words, struct span bytes)
{
	struct token before = { .kind = TK_OP, .sub = ';' }, t = before;
	struct lexer l;
	struct span stub;
	ptrdiff_t tag;
	uint64_t at, n;

	if (!phar_find(bytes, &at, &n))
		return bytes;
	stub = span_head(bytes, (size_t)span_search(bytes, 0, stub_end) + stub_end.n);
	tag = span_search(stub, 0, SPAN("<?"));
	/* other tags may be switched off, and would end nothing */
	if (stub.n > STUB_MOST || tag < 0 || !begins(span_from(stub, (size_t)tag)) ||
	    span_search(stub, 0, SPAN("?>")) >= 0)
		return bytes;
	lex_start(&l, words, stub, false);
	while (t.kind != TK_END && t.at + stub_end.n != stub.n) {
		/* the script begins behind the HTML */
		before = t.kind == TK_HTML ? before : t;
		t = lex_next(&l);
	}
	/* behind -> or \ it is some name */
	return t.kind == TK_NAME && before.kind == TK_OP && (before.sub == ';' || before.sub == '}') &&
			       !l.too_deep
		       ? stub
		       : bytes;
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
