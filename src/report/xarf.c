/*
 * xarf - a stolen login's address as a report in XARF 4.2: xarf/xarf-spec on GitHub, schemas/v4/xarf-core.json and
 * types/connection-login-attack.json.
 *
 * TRUST: addresses and log lines are foreign; strings go through show_json, evidence is base64.
 */
#include "report/letters.h"

#include "base/digits.h"
#include "base/hash.h"
#include "base/show.h"
#include "report/jsonw.h"

#define SEED UINT64_C(0x78617266)
#define EVIDENCE_MOST 20
#define EVIDENCE_BYTES (64u << 10)

/* A version 4 UUID in form; its digits say which incident, host and address, so it is the same each time. */
static void put_id(struct buf *out, const struct letter_facts *f, const struct client *client)
{
	uint64_t a = hash_span(client->ip, hash_span(f->q->host, SEED)), b;

	a = hash_mix(a ^ hash_span(incident_id(f->in), SEED) ^ (uint64_t)f->in->since);
	b = hash_mix(a + SEED);
	buf_addf(out, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
		 (unsigned)(a & 0xfff), (unsigned)(0x8000 | (b >> 48 & 0x3fff)),
		 (unsigned long long)(b & UINT64_C(0xffffffffffff)));
}

static void put_party(struct jsonw *w, const char *key, const struct letter_facts *f)
{
	ptrdiff_t at = span_rfind(f->contact, '@');

	jsonw_open(w, key, '{');
	jsonw_span(w, "org", f->organization);
	jsonw_span(w, "contact", f->contact);
	jsonw_span(w, "domain", at < 0 ? f->q->host : span_from(f->contact, (size_t)at + 1));
	jsonw_close(w, '}');
}

/* Whole: 192.0.2.1 is not in 192.0.2.17. */
static bool names_address(struct span text, struct span ip)
{
	for (ptrdiff_t at = span_search(text, 0, ip); at >= 0; at = span_search(text, (size_t)at + 1, ip)) {
		char before = at ? text.p[at - 1] : ' ';
		char after = (size_t)at + ip.n < text.n ? text.p[(size_t)at + ip.n] : ' ';

		if (!is_ip_letter(before) && (!is_ip_letter(after) || after == ':'))
			return true;
	}
	return false;
}

/* Lines of the log that name the address; none, where only its count is known. */
static void put_evidence(struct jsonw *w, const struct row *row, const struct client *client)
{
	struct buf lines = BUF_MAX(EVIDENCE_BYTES);
	size_t n = 0;

	for (size_t i = 0; i < row->nevidence && n < EVIDENCE_MOST; i++) {
		const struct evidence *e = &row->evidence[i];

		if (e->grade == 'C' || !names_address(e->text, client->ip))
			continue;
		buf_span(&lines, e->text);
		buf_byte(&lines, '\n');
		n++;
	}
	jsonw_open(w, "evidence", '[');
	if (n) {
		jsonw_open(w, NULL, '{');
		jsonw_str(w, "content_type", "text/plain");
		jsonw_str(w, "description", "lines of our mail log that name the address");
		jsonw_key(w, "payload");
		show_json_b64(w->out, buf_view(&lines));
		w->comma = true;
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	buf_free(&lines);
}

void xarf_login(struct jsonw *w, const char *key, const struct letter_facts *f, const struct row *row,
		const struct client *client)
{
	struct buf id = BUF_MAX(64);

	put_id(&id, f, client);
	jsonw_open(w, key, '{');
	jsonw_str(w, "xarf_version", "4.2.0");
	jsonw_span(w, "report_id", buf_view(&id));
	jsonw_time(w, "timestamp", row->last, f->zone);
	put_party(w, "reporter", f);
	put_party(w, "sender", f);
	jsonw_span(w, "source_identifier", client->ip);
	jsonw_str(w, "category", "connection");
	jsonw_str(w, "type", "login_attack");
	jsonw_str(w, "evidence_source", "automated_filter");
	if (f->naddresses)
		jsonw_span(w, "destination_ip", f->addresses[0]);
	jsonw_str(w, "protocol", "tcp");
	jsonw_str(w, "service", "smtp");
	jsonw_time(w, "first_seen", row->first, f->zone);
	jsonw_time(w, "last_seen", row->last, f->zone);
	jsonw_u64(w, "successful_logins", client->messages);
	jsonw_str(
		w, "description",
		"Spam was handed over with a stolen mailbox password from this address; successful_logins is "
		"the number of messages; first_seen and last_seen are the login's, from all its addresses.");
	put_evidence(w, row, client);
	jsonw_close(w, '}');
	buf_free(&id);
}
