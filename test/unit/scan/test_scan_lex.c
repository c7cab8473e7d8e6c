/*
 * lex, quick and decode: what the pieces of PHP are, what the first look lets go, and what decoders give.
 */
#include "scan/decode.h"
#include "scan/lex.h"
#include "scan/lexicon.h"
#include "scan/quick.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct lexicon *words;

/* All tokens of PHP as one line: a letter for the kind and the text behind it; operators as they stand. */
static char *cut(const char *php, bool code)
{
	static const char letters[] = "?hvn#sss<>";
	static char out[2000];
	struct buf b = BUF_MAX(sizeof(out) - 1);
	struct lexer l;
	struct token t;

	lex_start(&l, words, span_str(php), code);
	while ((t = lex_next(&l)).kind != TK_END) {
		if (t.kind != TK_OP)
			buf_byte(&b, letters[t.kind]);
		if (t.kind == TK_OP && t.n == 0)
			buf_byte(&b, (char)t.sub);
		buf_add(&b, php + t.at, t.n);
		buf_byte(&b, ' ');
	}
	memcpy(out, b.p ? b.p : "", b.n);
	out[b.n] = '\0';
	buf_free(&b);
	return out;
}

static void test_tags(void **state)
{
	assert_string_equal(cut("a<?php b ?>\nc<?= $d ?>", false), "ha nb ?> hc <?= vd ?> ");
	assert_string_equal(cut("GIF89a<?php echo 1;", false), "hGIF89a necho #1 ; ");
	assert_string_equal(cut("<?xml version='1.0'?>", false), "h<?xml version='1.0'?> ");
	assert_string_equal(cut("<script language=\"php\">f();</script>x", false),
			    "h nf ( ) ; </script> hx ");
	assert_string_equal(cut("no tag at all", false), "hno tag at all ");
}

static void test_comments(void **state)
{
	assert_string_equal(cut("ev/*x*/al /* ( */ ( $a )", true), "nev nal ( va ) ");
	assert_string_equal(cut("a // b ?> c", true), "na ?> h c ");
	assert_string_equal(cut("# all\n// of\n/* it", true), "");
	assert_string_equal(cut("#[A] f", true), "#[ nA ] nf ");
}

/* Each by itself, and where it is the whole rest of the text. */
static void test_operators(void **state)
{
	static const char *const all[] = {
		"->", "=>", "::", "===", "!==", "<=>", "**=", "<<=", ">>=", "?\?=", "...", "?->",
		"++", "--", "==", "!=",	 "<>",	"<=",  ">=",  "&&",  "||",  "?\?",  "<<",  ">>",
		"**", "+=", "-=", "*=",	 "/=",	".=",  "%=",  "&=",  "|=",  "^=",   "#["
	};
	char text[32], want[32];

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		snprintf(text, sizeof(text), "$a %s $b", all[i]);
		snprintf(want, sizeof(want), "va %s vb ", all[i]);
		assert_string_equal(cut(text, true), want);
		snprintf(text, sizeof(text), "$a%s", all[i]);
		snprintf(want, sizeof(want), "va %s ", all[i]);
		assert_string_equal(cut(text, true), want);
	}
	assert_string_equal(cut("$a<-$b?$c-:$d", true), "va < - vb ? vc - : vd ");
}

static void test_quotes(void **state)
{
	assert_string_equal(cut("'a\\'b' \"c\\\"d\"", true), "sa\\'b sc\\\"d ");
	assert_string_equal(cut("\"a $b[c] d{$e->f('}')}g\"", true),
			    "<\" sa  ( vb [ sc ] ) s d ( ve -> nf ( s} ) ) sg >\" ");
	assert_string_equal(cut("<<<'X'\na $b\nX;", true), "<<<<'X' sa $b >\n ; ");
	assert_string_equal(cut("`ls $a`", true), "<` sls  ( va ) >` ");
	assert_string_equal(cut("\"${a}\" '", true), "<\" ( va ) >\" s ");
}

static void test_hostile(void **state)
{
	char *deep = malloc(20001);
	struct lexer l;
	size_t n = 0;

	/* quotes in quotes without end */
	for (int i = 0; i < 20000; i += 4)
		memcpy(deep + i, "\"{$a", 4);
	deep[20000] = '\0';
	lex_start(&l, words, span_of(deep, 20000), true);
	while (lex_next(&l).kind != TK_END)
		assert_true(++n < 100000);
	assert_true(l.too_deep);
	free(deep);
}

static bool suspects(const char *php)
{
	struct quick q;

	quick_look(words, span_str(php), &q);
	return quick_suspects(&q);
}

static void test_first_look(void **state)
{
	assert_true(suspects("<?php eval($_POST[1]);"));
	assert_true(suspects("<?php $f($_GET[1]);"));
	assert_true(suspects("<?php mail($_POST['a'], '', '');"));
	assert_false(suspects("<?php return array('eval($_POST[1])' => 'system');"));
	assert_false(
		suspects("<?php class A { function exec($q) {} } $a->exec($_POST[1]); A::system($_GET[1]);"));
	assert_false(suspects("<?php // eval($_POST[1]);"));
	assert_false(suspects("eval($_POST[1]);"));
}

static void decodes(decode_fn *decode, const char *in, const char *want)
{
	struct buf out = BUF_MAX(1000);

	decode(span_str(in), &out);
	assert_int_equal(out.n, strlen(want));
	assert_memory_equal(out.p, want, out.n);
	buf_free(&out);
}

static void test_decoders(void **state)
{
	decodes(decode_base64, "aGVs\nbG8=", "hello");
	decodes(decode_rot13, "Uryyb", "Hello");
	decodes(decode_reverse, "abc", "cba");
	decodes(decode_unhex, "68656c", "hel");
	decodes(decode_url, "a%20b+c%zz", "a b c%zz");
	decodes(decode_raw_url, "a+b", "a+b");
	decodes(decode_entities, "&lt;a&#62;&amp", "<a>&amp");
	decodes(decode_uu, "#86)C\n`\n", "abc");
}

static void test_bomb(void **state)
{
	/* a megabyte of zeros in a kilobyte, by zlib's own words */
	struct buf out = BUF_MAX(4096);
	unsigned char raw[] = { 0xed, 0xc1, 0x01, 0x0d, 0x00, 0x00, 0x00,
				0xc2, 0xa0, 0xf7, 0x4f, 0x6d, 0x0e, 0x37 };

	decode_inflate(span_of((const char *)raw, sizeof(raw)), &out);
	assert_true(out.n <= out.max);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),	  cmocka_unit_test(test_comments),
		cmocka_unit_test(test_operators), cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_hostile),	  cmocka_unit_test(test_first_look),
		cmocka_unit_test(test_decoders),  cmocka_unit_test(test_bomb),
	};
	int failed;

	words = lexicon_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	lexicon_free(words);
	return failed;
}
