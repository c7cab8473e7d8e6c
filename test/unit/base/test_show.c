/*
 * show: trust goal S7. Every byte and a list of crafted strings through every door, each result held
 * against what its reader would make of it: a terminal, a JSON parser (json-c), an HTML parser, a spreadsheet.
 */
#include "base/show.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct span crafted[] = {
	SPAN(""),
	SPAN("plain text"),
	SPAN("\x1b[31mred\x1b[0m"),
	SPAN("\x1b]0;title\x07"),
	SPAN("\x1b]8;;http://evil\x1b\\link"),
	SPAN("\x1bP+q\x1b\\"),
	SPAN("\x9b"
	     "31m"),
	SPAN("\xc2\x9b"
	     "31m"),
	SPAN("\xc2\x80\xc2\x85\xc2\x9f"),
	SPAN("\xe0\x82\x9b"
	     "31m"),
	SPAN("\xf0\x80\x82\x9b"
	     "31m"),
	SPAN("\xc0\x9b\xc1\xbf\xc0\x80\xc0\xae"),
	SPAN("\xe0\x80\xaf\xf0\x80\x80\xaf"),
	SPAN("\xed\xa0\x80\xed\xbf\xbf"),
	SPAN("\xed\xa0\xbd\xed\xb8\x80"),
	SPAN("\xed\x9f\xbf\xee\x80\x80"),
	SPAN("\xf4\x8f\xbf\xbf\xf4\x90\x80\x80"),
	SPAN("\xf5\x80\x80\x80\xff\xfe\xfd"),
	SPAN("\xe2\x82"),
	SPAN("\xf0\x9f\x98"),
	SPAN("\xe2\x82(\xf0\x9f(\xc3("),
	SPAN("\x80\xbf\x80\xbf"),
	SPAN("\xe2\x80\xae"
	     "fdp.exe"),
	SPAN("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad"),
	SPAN("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9"),
	SPAN("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f"),
	SPAN("a\xe2\x80\x8b"
	     "b\xe2\x80\x8c"
	     "c\xe2\x80\x8d"
	     "d\xe2\x81\xa0"
	     "e\xef\xbb\xbf"),
	SPAN("soft\xc2\xadhyphen"),
	SPAN("\xe2\x80\xa8line\xe2\x80\xa9paragraph"),
	SPAN("\xf3\xa0\x81\xa1\xf3\xa0\x80\xa0tags"),
	SPAN("\xef\xbf\xb9\xef\xbf\xba\xef\xbf\xbb"),
	SPAN("\xe3\x85\xa4\xe1\x85\x9f\xef\xbe\xa0 fillers"),
	SPAN("\xef\xbf\xbe\xef\xbf\xbf"),
	SPAN("e\xcc\x81 combining"),
	SPAN("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"),
	SPAN("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7"),
	SPAN("\xf0\x9f\x98\x80 \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9"),
	SPAN("line\nbreak"),
	SPAN("carriage\rreturn"),
	SPAN("tab\there"),
	SPAN("back\b\b\bspace\x7f"),
	SPAN("nul\0inside"),
	SPAN("\0"),
	SPAN("<script>alert(1)</script>"),
	SPAN("\"><img src=x onerror=alert(1)>"),
	SPAN("' onmouseover='alert(1)"),
	SPAN("javascript:alert(1)"),
	SPAN("</script><script>"),
	SPAN("<!-- --><![CDATA[ ]]>"),
	SPAN("&lt;&#x3c;&amp;"),
	SPAN("${7*7}{{7*7}}<%= 7 %>"),
	SPAN("+ADw-script+AD4-"),
	SPAN("\xc0\xbcscript\xc0\xbe"),
	SPAN("\x3c\x00script>"),
	SPAN("`id` $(id) ;id |id"),
	SPAN("=1+1"),
	SPAN("+1"),
	SPAN("-1"),
	SPAN("@SUM(A1)"),
	SPAN("\t=1+1"),
	SPAN("\r=1+1"),
	SPAN("\n=1+1"),
	SPAN("=cmd|'/C calc'!A0"),
	SPAN("=HYPERLINK(\"http://evil\",\"x\")"),
	SPAN("\xef\xbc\x9d"
	     "1+1"),
	SPAN("\xef\xbc\x8b"
	     "1"),
	SPAN("\xef\xbc\x8d"
	     "1"),
	SPAN("\xef\xbc\xa0SUM(A1)"),
	SPAN("\",=1+1,\""),
	SPAN("\"\n=1+1"),
	SPAN("a,b;c\td"),
	SPAN("'=1"),
	SPAN("%n%s%x%p"),
	SPAN("\\"),
	SPAN("\\\""),
	SPAN("\\u0000\\x1b"),
	SPAN("\"}],\"complete\":true"),
	SPAN("\",\"verdict\":\"normal"),
	SPAN("Subject: x\r\nBcc: y"),
	SPAN("1tABcd-0003gH-2x <= a@b U=root P=local"),
	SPAN("../../../etc/passwd"),
	SPAN("-rf"),
	SPAN("file:///etc/passwd"),
	SPAN(" leading and trailing "),
	SPAN("\x0c\x0b\x1c\x1d\x1e\x1f"),
	SPAN("\x0e\x0f shift out and in"),
	SPAN("\x05 enquiry"),
	SPAN("\xc2\x90q\xc2\x9c"),
	SPAN("\xc2\x9d"
	     "0;title\xc2\x9c"),
	SPAN("%1b%5b31m"),
	SPAN("&#27;[31m"),
	SPAN("\xcd\xb8 unassigned"),
	SPAN("\xee\x80\x80 private"),
	SPAN("Zalgo Z\xcc\x9f\xcc\xae\xcd\x93\xcc\xad"),
	SPAN("\xe1\xa0\x8e\xe1\xa0\x8b mongolian"),
	SPAN("\xf0\x9d\x85\xb3\xf0\x9b\xb2\xa0 musical, shorthand"),
	SPAN("\xef\xb8\x8f variation"),
	SPAN("xn--80ak6aa92e.com \xd0\xb0pple.com"),
	SPAN("{\"a\":[1,2]}"),
	SPAN("null"),
	SPAN("0x1b"),
	SPAN("\xff\xd8\xff\xe0\x1f\x8b"),
};

/* What a viewer must never be sent, by code point; decodes for itself, strictly. */
static bool forbidden(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) ||
	       (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff;
}

static void assert_harmless(struct span s)
{
	assert_true(show_is_utf8(s));
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char *p = (const unsigned char *)s.p + i;
		uint32_t cp = p[0];

		if (cp >= 0xf0)
			cp = (cp & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u);
		else if (cp >= 0xe0)
			cp = (cp & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
		else if (cp >= 0xc0)
			cp = (cp & 31u) << 6 | (p[1] & 63u);
		else if (cp >= 0x80)
			continue;
		assert_false(forbidden(cp));
	}
}

/* Back from HTML to text, as a parser does with a text node. */
static void from_html(struct span s, struct buf *out)
{
	static const struct {
		struct span name;
		char c;
	} entity[] = {
		{ SPAN("&amp;"), '&' },	 { SPAN("&lt;"), '<' },	  { SPAN("&gt;"), '>' },
		{ SPAN("&quot;"), '"' }, { SPAN("&#39;"), '\'' },
	};

	while (s.n) {
		size_t used = 1;
		char c = s.p[0];

		assert_null(memchr("<>\"'", c, 4));
		for (size_t i = 0; c == '&' && i < 5; i++) {
			if (span_starts(s, entity[i].name)) {
				used = entity[i].name.n;
				buf_byte(out, entity[i].c);
			}
		}
		if (c != '&')
			buf_byte(out, c);
		else
			assert_true(used > 1);
		s = span_from(s, used);
	}
}

/* JSON through another's parser: valid UTF-8 must come back byte for byte. */
static void assert_json(struct span in, struct span json)
{
	json_tokener *t = json_tokener_new();
	json_object *o = json_tokener_parse_ex(t, json.p, (int)json.n);
	struct span back;

	assert_int_equal(json_tokener_get_error(t), json_tokener_success);
	assert_int_equal(json_tokener_get_parse_end(t), json.n);
	back = span_of(json_object_get_string(o), (size_t)json_object_get_string_len(o));
	if (show_is_utf8(in))
		assert_true(span_eq(in, back));
	else
		assert_true(span_search(back, 0, SPAN("\xef\xbf\xbd")) >= 0);
	json_object_put(o);
	json_tokener_free(t);
}

static void through_every_door(struct span s)
{
	struct buf text = BUF_MAX(100000), other = BUF_MAX(100000), back = BUF_MAX(100000);

	show_text(&text, s, true);
	assert_harmless(buf_view(&text));
	for (size_t i = 0; i < text.n; i++)
		assert_true((unsigned char)text.p[i] < 0x7f);
	assert_int_equal(show_width(s, true), text.n);
	text.n = 0;
	show_text(&text, s, false);
	assert_harmless(buf_view(&text));
	show_html(&other, s);
	assert_harmless(buf_view(&other));
	from_html(buf_view(&other), &back);
	assert_true(span_eq(buf_view(&back), buf_view(&text)));
	other.n = 0;
	show_json(&other, s);
	assert_harmless(buf_view(&other));
	assert_json(s, buf_view(&other));
	for (size_t columns = 0; columns < 30; columns++) {
		other.n = 0;
		show_text_cut(&other, s, columns, columns & 1);
		assert_harmless(buf_view(&other));
		assert_true(show_width(buf_view(&other), false) <= columns);
	}
	buf_free(&text);
	buf_free(&other);
	buf_free(&back);
}

static void test_crafted(void **state)
{
	assert_true(sizeof(crafted) / sizeof(crafted[0]) >= 100);
	for (size_t i = 0; i < sizeof(crafted) / sizeof(crafted[0]); i++)
		through_every_door(crafted[i]);
}

static void test_every_byte(void **state)
{
	for (unsigned a = 0; a < 256; a++) {
		char one[] = { (char)a }, mid[] = { 'x', (char)a, 'y' };

		through_every_door(span_of(one, 1));
		through_every_door(span_of(mid, 3));
	}
}

static void test_every_pair(void **state)
{
	struct buf out = BUF_MAX(1000);

	for (unsigned pair = 0; pair < 65536; pair++) {
		char text[] = { (char)(pair >> 8), (char)pair, '.' };

		out.n = 0;
		show_text(&out, span_of(text, 3), false);
		assert_harmless(buf_view(&out));
		assert_int_equal(out.p[out.n - 1], '.');
	}
	buf_free(&out);
}

static void assert_shows(void (*show)(struct buf *, struct span), struct span in, const char *want)
{
	struct buf out = BUF_MAX(1000);

	show(&out, in);
	buf_byte(&out, '\0');
	assert_string_equal(out.p, want);
	buf_free(&out);
}

static void text_utf8(struct buf *out, struct span s)
{
	show_text(out, s, false);
}

static void text_ascii(struct buf *out, struct span s)
{
	show_text(out, s, true);
}

static void cut5(struct buf *out, struct span s)
{
	show_text_cut(out, s, 5, false);
}

static void cut5_ascii(struct buf *out, struct span s)
{
	show_text_cut(out, s, 5, true);
}

static void cut1_ascii(struct buf *out, struct span s)
{
	show_text_cut(out, s, 1, true);
}

static void test_exact(void **state)
{
	assert_shows(text_utf8, SPAN("a\x1b[m\tb\n"), "a\\x1b[m\\x09b\\x0a");
	assert_shows(text_utf8,
		     SPAN("Gr\xc3\xbc\xc3\x9f"
			  "e \xc2\x9b \xe2\x80\xae \xff"),
		     "Gr\xc3\xbc\xc3\x9f"
		     "e \\xc2\\x9b \\xe2\\x80\\xae \\xff");
	assert_shows(text_ascii, SPAN("\xc3\xbc~"), "\\xc3\\xbc~");
	assert_shows(show_json, SPAN("a\"b\\c\n\t\r\x01\x7f\xc3\xbc"),
		     "\"a\\\"b\\\\c\\n\\t\\r\\u0001\\u007f\xc3\xbc\"");
	assert_shows(show_json, SPAN("\xf3\xa0\x80\xa0\xe2\x80\xae"), "\"\\udb40\\udc20\\u202e\"");
	/* Unicode 15, table 3-8: maximal subparts. */
	assert_shows(show_json,
		     SPAN("a\xf1\x80\x80\xe1\x80\xc2"
			  "b\x80"
			  "c\x80\xbf"
			  "d"),
		     "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		     "b\xef\xbf\xbd"
		     "c\xef\xbf\xbd\xef\xbf\xbd"
		     "d\"");
	assert_shows(show_json, SPAN("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	assert_shows(show_html, SPAN("<a href='x'>\"&\x01"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;\\x01");
	assert_shows(show_json_b64, SPAN(""), "\"\"");
	assert_shows(show_json_b64, SPAN("f"), "\"Zg==\"");
	assert_shows(show_json_b64, SPAN("fo"), "\"Zm8=\"");
	assert_shows(show_json_b64, SPAN("foobar"), "\"Zm9vYmFy\"");
	assert_shows(show_json_b64, SPAN("\xff\xfe\xfb"), "\"//77\"");
	assert_shows(cut5, SPAN("hello"), "hello");
	assert_shows(cut5, SPAN("hello!"), "hell\xe2\x80\xa6");
	assert_shows(cut5, SPAN("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"),
		     "\xe6\x97\xa5\xe6\x9c\xac\xe2\x80\xa6");
	assert_shows(cut5,
		     SPAN("abc\x1b"
			  "d"),
		     "abc\xe2\x80\xa6");
	assert_shows(cut5_ascii, SPAN("hello!"), "hel..");
	assert_shows(cut1_ascii, SPAN("hello!"), ".");
}

static void test_width(void **state)
{
	assert_int_equal(show_width(SPAN("\xe6\x97\xa5\xe6\x9c\xac"), false), 4);
	assert_int_equal(show_width(SPAN("e\xcc\x81"), false), 1);
	assert_int_equal(show_width(SPAN("\xf0\x9f\x98\x80"), false), 2);
	assert_int_equal(show_width(SPAN("\xf0\xa0\x80\x80"), false), 2);
	assert_int_equal(show_width(SPAN("\xd0\xb0\xc3\xbc"), false), 2);
	assert_int_equal(show_width(SPAN("\x1b"), false), 4);
	assert_int_equal(show_width(SPAN("\xc3\xbc"), true), 8);
}

static void test_utf8(void **state)
{
	assert_true(show_is_utf8(SPAN("\xc3\xbc \xe2\x82\xac \xf4\x8f\xbf\xbf")));
	assert_false(show_is_utf8(SPAN("ok \xc3")));
	assert_false(show_is_utf8(SPAN("\xe0\x9f\xbf")));
	assert_false(show_is_utf8(SPAN("\xed\xa0\x80")));
	assert_false(show_is_utf8(SPAN("\xf4\x90\x80\x80")));
}

/* At its ceiling a buffer holds a prefix, and says so. */
static void test_ceiling(void **state)
{
	struct buf out = BUF_MAX(7);

	show_text(&out,
		  SPAN("ab\x1b\x1b"
		       "cd"),
		  false);
	assert_true(out.over);
	assert_memory_equal(out.p, "ab\\x1b\\", 7);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crafted),	   cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_every_pair), cmocka_unit_test(test_exact),
		cmocka_unit_test(test_width),	   cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_ceiling),
	};

	return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
