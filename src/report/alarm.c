/*
 * alarm - see alarm.h. RFC 5322 (form), RFC 3834 (Auto-Submitted).
 *
 * TRUST: the host's name and the signs' texts are foreign: the one is cut to the letters that a name may have, the others
 * pass show in the body. Addresses are the operator's words and were checked by who read them.
 */
#include "report/alarm.h"

#include "base/civil.h"
#include "model/signs.h"
#include "report/jsonw.h"
#include "report/screen.h"
#include "report/signs.h"

#define HOST_MOST 64
#define COLUMNS 78

void alarm_host(struct buf *out, struct span host)
{
	bool any = false;

	host = span_head(host, HOST_MOST);
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (!letter && c != '.' && c != '-')
			continue;
		buf_byte(out, c);
		any = true;
	}
	if (!any)
		buf_str(out, "localhost");
}

static void put_subject(struct buf *out, const struct alarm_text *t)
{
	buf_str(out, "[spamtrail] ");
	alarm_host(out, t->signs->host);
	if (t->news == ALARM_ENDS) {
		buf_str(out, ": over, all signs are normal again");
		return;
	}
	buf_str(out, t->signs->state == SIGN_CRITICAL ? ": CRITICAL: " : ": warning: ");
	signs_bad(out, t->signs, false);
}

static void put_date(struct buf *out, int64_t utc)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct civil c;

	civil_split(utc, &c);
	buf_addf(out, "%s, %02u %s %04d %02u:%02u:%02u +0000", days[civil_weekday(utc)], c.day,
		 months[c.month - 1], c.year, c.hour, c.minute, c.second);
}

static void put_body(struct buf *out, const struct alarm_text *t)
{
	struct screen screen = { .columns = COLUMNS, .ascii = true, .zone = t->zone };
	struct sink s = sink_new(-1);

	buf_str(out, t->news == ALARM_BEGINS  ? "Signs that this server sends spam have appeared.\n\n"
		     : t->news == ALARM_GROWS ? "The signs that this server sends spam have grown.\n\n"
					      : "The signs that this server sends spam are gone.\n\n");
	signs_text(&s, t->signs, &screen);
	buf_span(out, buf_view(&s.text));
	sink_end(&s, "the alarm", NULL);
	buf_free(&s.text);
	buf_str(out, "\nThe next message comes when this changes, not before.\n");
}

void alarm_mail(struct buf *out, const struct alarm_text *t, struct span from, const struct span *to,
		size_t n)
{
	buf_str(out, "From: ");
	if (from.n) {
		buf_span(out, from);
	} else {
		buf_str(out, "spamtrail@");
		alarm_host(out, t->signs->host);
	}
	buf_str(out, "\nTo: ");
	for (size_t i = 0; i < n; i++) {
		buf_str(out, i ? ",\n " : "");
		buf_span(out, to[i]);
	}
	buf_str(out, "\nSubject: ");
	put_subject(out, t);
	buf_str(out, "\nDate: ");
	put_date(out, t->signs->now);
	buf_addf(out, "\nMessage-ID: <spamtrail.signs.%lld@", (long long)t->signs->now);
	alarm_host(out, t->signs->host);
	buf_str(out, ">\nAuto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nMIME-Version: 1.0\n"
		     "Content-Type: text/plain; charset=us-ascii\n\n");
	put_body(out, t);
}

void alarm_json(struct buf *out, const struct alarm_text *t)
{
	static const char *const news[] = { "nothing", "begins", "grows", "ends" };
	struct buf subject = BUF_MAX(2000);
	struct sink s = sink_new(-1);
	struct jsonw w = { .out = out };

	put_subject(&subject, t);
	signs_json(&s, t->signs);
	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, "schema", "spamtrail.alarm/1");
	jsonw_span(&w, "text", buf_view(&subject));
	jsonw_str(&w, "news", news[t->news]);
	jsonw_time(&w, "since", t->began, NULL);
	jsonw_key(&w, "signs");
	/* one value already, and its line's end */
	buf_span(out, span_trim(buf_view(&s.text)));
	jsonw_close(&w, '}');
	buf_byte(out, '\n');
	sink_end(&s, "the alarm", NULL);
	buf_free(&s.text);
	buf_free(&subject);
}
