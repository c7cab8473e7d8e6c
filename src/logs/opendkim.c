/*
 * opendkim - which key a message was signed with: OpenDKIM's line with SyslogSuccess.
 *
 * opendkim 2.11, opendkim.c, mlfi_eom: "ID: DKIM-Signature field added (s=SELECTOR, d=DOMAIN)". Nothing else of it says
 * anything that is asked for.
 *
 * TRUST: any local user may log under its tag.
 */
#include "logs/voice.h"

enum line_result opendkim_line(struct maker *m)
{
	struct span s = m->line->text;
	ptrdiff_t colon = span_find(s, 0, ':');

	if (colon <= 0 || !span_starts(span_from(s, (size_t)colon), SPAN(": DKIM-Signature field added (s=")))
		return LINE_OTHER;
	maker_begin(m, DIALECT_OTHER, EV_NOTICE);
	if (m->all)
		maker_field(m, F_ID, span_head(s, (size_t)colon));
	maker_field(m, F_TEXT, s);
	maker_end(m);
	return LINE_EVENT;
}
