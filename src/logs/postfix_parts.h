/*
 * postfix_parts - what the files of the Postfix dialect share: the line being read, and the small
 * grammars that several daemons write alike.
 *
 * Private to src/logs/postfix*.c. A take function reads from the front of *S, moves *S behind what it
 * read and returns true, or leaves both alone.
 *
 * TRUST: host names went through Postfix's valid_hostname(); addresses, HELO names, SASL names, headers
 * and replies are foreign text with only non-printing bytes replaced.
 */
#ifndef SPAMTRAIL_LOGS_POSTFIX_PARTS_H
#define SPAMTRAIL_LOGS_POSTFIX_PARTS_H

#include "logs/bytes.h"
#include "logs/maker.h"

/* Postfix cuts its lines at 2000 bytes (msg_syslog.c); what is longer is not from Postfix, and not worth time. */
#define POSTFIX_TEXT_MOST 8192

struct pf {
	struct maker *m;
	struct span service; /* tag without its last element: "postfix/amavis"; chosen by the operator */
	struct span daemon; /* last element of the tag: "smtp" */
	struct span id; /* queue id or NOQUEUE; n == 0: none */
	struct span text; /* behind severity and id */
	bool severe; /* warning, error, fatal or panic */
};

/* NAME[ADDRESS] with an optional :PORT. What is absent has p == NULL. */
struct pf_peer {
	struct span name, ip, port;
};

/* The keys behind "; " of a refusal. What is absent has p == NULL. */
struct pf_tail {
	struct span sender, recipient, proto, helo, method, user, note;
	bool whole; /* the keys stood in the grammar's order, and only they, up to the end */
};

/* Handlers, one for each daemon (or kind of daemon). */
enum line_result pf_smtpd(struct pf *p);
enum line_result pf_postscreen(struct pf *p);
enum line_result pf_cleanup(struct pf *p);
enum line_result pf_pickup(struct pf *p);
enum line_result pf_qmgr(struct pf *p);
enum line_result pf_bounce(struct pf *p);
enum line_result pf_postsuper(struct pf *p);
enum line_result pf_agent(struct pf *p);

/* "to=<...>, relay=..., status=..." */
enum line_result pf_result(struct pf *p);
/* The reply in "host NAME[IP] said: 550 ..." and "host NAME[IP] refused to talk to me: 421 ..."; else all of TEXT. */
struct span pf_reply_of(struct span text);
/* "ACTION: STAGE from PEER: text; keys" of smtpd, postscreen and milters. */
enum line_result pf_action(struct pf *p);
/* What ACTION does to the mail: EV_REJECT, EV_HOLD, EV_NOTICE; EV_OTHER for a word that is no action. */
enum event_kind pf_action_kind(struct span action);
/* A line known for what it is that names no mail: EV_NOTICE for explain, dull otherwise. */
enum line_result pf_notice(struct pf *p);
/* The same when the beginning is in the table of known ones, or the severity says so; else LINE_OTHER. */
enum line_result pf_known(struct pf *p);

struct event *pf_begin(struct pf *p, enum event_kind kind);
enum line_result pf_end(struct pf *p);
/* Adds a field that is there and wanted. */
static inline void pf_put(struct pf *p, enum field_key key, struct span s)
{
	if (s.p && maker_wants(p->m, key))
		maker_field(p->m, key, s);
}
/* span_find without a call: nearly everything looked for stands a few bytes on. */
static inline ptrdiff_t pf_find(struct span s, size_t at, char c)
{
	const char *hit;

	if (at >= s.n)
		return -1;
	hit = bytes_find(s.p + at, s.p + s.n, c);
	return hit < s.p + s.n ? hit - s.p : -1;
}
/* span_eq for tables: nearly every row is told apart without a call. */
static inline bool pf_is_word(struct span s, struct span word)
{
	return s.n == word.n && s.n && s.p[0] == word.p[0] && s.p[s.n - 1] == word.p[s.n - 1] &&
	       span_eq(s, word);
}
/* The bracket of a peer holds an address; else it is "unknown" or a socket's path. */
bool pf_is_address(struct span s);
/* Fields of a client; an address that is none ("unknown") is left out. */
void pf_put_client(struct pf *p, const struct pf_peer *peer);
/* relay, relay_ip, relay_port; a bracket that holds no address stays part of the name. */
void pf_put_relay(struct pf *p, struct span relay, const struct pf_peer *peer);
void pf_put_tail(struct pf *p, struct event *ev, const struct pf_tail *t);

/* All of S is a queue id. */
bool pf_is_id(struct span s);
/* Inline, so that a literal compares as numbers: this is most of what the hot path does. */
static inline bool pf_take(struct span *s, struct span literal)
{
	if (!span_starts(*s, literal))
		return false;
	*s = span_of(s->p + literal.n, s->n - literal.n);
	return true;
}
bool pf_take_peer(struct span *s, struct pf_peer *ret_peer);
/*
 * "<...>": the first ">" outside a quoted local part that FOLLOWS agrees with ends it. Before Postfix 3.5 local
 * parts were logged unquoted, so a false end can only be told by what stands behind it.
 */
bool pf_take_bracketed(struct span *s, bool (*follows)(struct span rest), struct span *ret_address);
/* The same where a blank, comma, colon or the end follows; a bare word up to a blank or comma where old tools cut the brackets. */
bool pf_take_address(struct span *s, struct span *ret_address);
/* Decimal digits; saturates. */
bool pf_take_number(struct span *s, uint32_t *ret_value);
/* "550 5.1.1 text", "5.7.1 text": code and enhanced code (RFC 5321 4.2, RFC 3463) at the start of REPLY. */
void pf_read_reply(struct span reply, struct span *ret_code, struct span *ret_dsn);
/* KEYS starts behind the semicolon. */
void pf_read_tail(struct span keys, struct pf_tail *ret_tail);
/* Cuts "text; keys" at the semicolon that starts the keys. */
void pf_cut_tail(struct span s, struct span *ret_text, struct pf_tail *ret_tail);
bool pf_is_loopback(struct span ip);

#endif
