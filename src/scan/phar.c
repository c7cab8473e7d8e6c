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
	VERSION = 2,
	METHOD = 0xf000,
	DEFLATED = 0x1000,
	BZIPPED = 0x2000,
	BLOCK = 512, /* of a tar */
	SUM = 148,
	SUM_N = 8,
	RECORD_MOST = 22 + 65535, /* of the end of a zip */
	STUB_MOST = 1 << 16, /* an honest one is a page */
};

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
	struct unpacker u = { 0 };
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
	u.left = rest;
	n = unpack_u32(&u);
	files = unpack_u32(&u);
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

bool phar_open(struct phar *p, struct span list)
{
	*p = (struct phar){ .list = { .left = list } };
	p->left = unpack_u32(&p->list);
	unpack_bytes(&p->list, VERSION + 4);
	/* an alias, and what else is said of the whole */
	unpack_span(&p->list);
	unpack_span(&p->list);
	return !p->list.failed;
}

int phar_next(struct phar *p, struct phar_file *ret)
{
	struct unpacker *u = &p->list;
	uint32_t how;

	if (!p->left)
		return 0;
	*ret = (struct phar_file){ .at = p->at, .name = unpack_span(u) };
	ret->size = unpack_u32(u);
	ret->mtime = unpack_u32(u);
	ret->packed = unpack_u32(u);
	unpack_u32(u); /* a sum */
	how = unpack_u32(u) & METHOD;
	unpack_span(u);
	ret->method = how == DEFLATED ? PHAR_DEFLATE : how == BZIPPED ? PHAR_BZIP2 : PHAR_PLAIN;
	p->at += ret->packed;
	p->left--;
	return u->failed || !ret->name.n ? -1 : 1;
}
