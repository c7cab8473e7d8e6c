/*
 * exim_parts - what the files of the Exim dialect share: the head of a line and the cutters of its grammar.
 *
 * Every cutter takes [p, end) and returns where its piece ends; none reads past END, none goes back.
 * Grammar: Exim specification, chapter "Log files"; log.c, receive.c, deliver.c, host.c of Exim 4.
 */
#ifndef SPAMTRAIL_LOGS_EXIM_PARTS_H
#define SPAMTRAIL_LOGS_EXIM_PARTS_H

#include "logs/bytes.h"
#include "logs/maker.h"

/* Exim's own records end at 8 KiB (LOG_BUFFER_SIZE); what is eight times as long was not written by it. */
#define EXIM_TEXT_MOST ((size_t)64 << 10) /* limit input, bytes: of one text of Exim's */

struct exim_head {
	struct span id; /* n == 0: the line has none */
	uint32_t pid; /* 0: not logged */
	bool cut; /* first piece of a record that syslog split */
};

/* Parts of "name (helo) [ip]:port"; p == NULL where a part is not there. */
struct exim_host {
	struct span name, helo, ip, port;
	bool dotted; /* ip is digits and dots only */
};

/* Adds a field that is there (p != NULL) and wanted. */
static inline void exim_put(struct maker *m, enum field_key key, struct span s)
{
	if (s.p && maker_wants(m, key))
		maker_field(m, key, s);
}
/* The same for a field that only explain prints, without asking each time. */
static inline void exim_tell(struct maker *m, enum field_key key, struct span s)
{
	if (m->all && s.p)
		maker_field(m, key, s);
}
/* Starts an event with id, pid and flags of the head. */
static inline struct event *exim_begin(struct maker *m, const struct exim_head *h, enum event_kind kind)
{
	struct event *ev = maker_begin(m, DIALECT_EXIM, kind);

	if (h->pid)
		ev->pid = h->pid;
	if (h->cut)
		ev->flags |= EVF_CUT;
	if (h->id.n) {
		ev->id = qid_pack(h->id);
		exim_tell(m, F_ID, h->id);
	}
	return ev;
}
/* The same for text with the escapes of T= and C=; decoded only for explain. */
void exim_put_escaped(struct maker *m, enum field_key key, struct span s);
/* The MTA's own word for an outcome, which the line only shows as a flag. */
void exim_put_word(struct maker *m, enum field_key key, struct span word);
/* client_ip, client_name, helo. */
void exim_put_client(struct maker *m, const struct exim_host *host);

/* End of a word: the next blank, or END. */
static inline const char *exim_word(const char *p, const char *end)
{
	return bytes_find(p, end, ' ');
}
/* End of an address: a quoted local part may hold blanks. */
const char *exim_address(const char *p, const char *end);
/* End of quoted text whose first byte is behind the opening quote: the closing quote, or END. */
const char *exim_quoted(const char *p, const char *end);
/*
 * A host as in H=. HELO may hold anything where the administrator allows it, so the bracket group that
 * ends it is a matter of reading: SKIP candidates are passed over. Returns NULL when there are not so many.
 */
const char *exim_host_cut(const char *p, const char *end, unsigned skip, struct exim_host *ret_host);
/* An address of N digits and dots that is surely all of exim_ip's kind: no need to look at it again. */
static inline bool exim_is_dotted(const char *p, size_t n, const char *end)
{
#ifdef __SSE2__
	if (n >= 2 && n <= 15 && end - p >= 16) {
		__m128i v = bytes_load(p), dot = _mm_cmpeq_epi8(v, _mm_set1_epi8('.'));
		unsigned dots = (unsigned)_mm_movemask_epi8(dot), own = (1u << n) - 1;
		unsigned digits = (unsigned)_mm_movemask_epi8(bytes_within(v, '0', '9'));

		return (dots & own) && ((dots | digits) & own) == own;
	}
#endif
	return false;
}
/* IPv4-mapped IPv6 becomes IPv4; what cannot be an address becomes none. */
struct span exim_ip(struct span s);
static inline struct span exim_host_ip(const struct exim_host *host)
{
	return host->dotted ? host->ip : exim_ip(host->ip);
}
bool exim_is_loopback(struct span ip);
/* Drops the angle brackets of <address>. */
struct span exim_bare(struct span s);
/* True when S is the MTA's own login (Debian-exim, mailnull ...). */
bool exim_is_mta_user(struct span login);

/* Code and enhanced code at the start of a reply: "550-5.1.1 text". */
struct exim_reply {
	struct span code, dsn;
	struct span text; /* the reply from its code on; the whole text where none was found */
	struct span relay, relay_ip; /* of the older form "host NAME [ip]: 550 ..." */
};
void exim_reply_cut(struct span text, struct exim_reply *ret_reply);

/* A transport that speaks to other servers, by its name. */
static inline bool exim_is_smtp(struct span transport)
{
	if (!transport.n ||
	    bytes_find(transport.p, transport.p + transport.n, 'm') == transport.p + transport.n)
		return false;
	return span_search(transport, 0, SPAN("smtp")) >= 0 && span_search(transport, 0, SPAN("lmtp")) < 0;
}
/* exim_result's FLAG and S, told the usual way (exim_usual.c); false: nothing is written. */
bool exim_usual_result(struct maker *m, const struct exim_head *h, char flag, struct span s);
/* A deferral of which its text says that nothing was tried. */
static inline bool exim_not_fresh(struct span text)
{
	return text.n > 16 && span_eq_nocase(span_head(text, 14), SPAN("retry time not"));
}

enum line_result exim_arrival(struct maker *m, const struct exim_head *h, struct span s);
/*
 * FLAG is the byte that tells the flags apart: '=' '-' '>' '*' for deliveries, 'N' for -N, 'd' defer,
 * 'b' bounce.
 */
enum line_result exim_result(struct maker *m, const struct exim_head *h, char flag, struct span s);
/* cwd=DIR N args: ... */
enum line_result exim_command(struct maker *m, const struct exim_head *h, struct span s);
/* Lines that begin with H=, U= or F=: rejects, warnings, remote errors. */
enum line_result exim_session(struct maker *m, const struct exim_head *h, struct span s);
/* Everything else: queue words, logins, connections, limits, notices. */
enum line_result exim_misc(struct maker *m, const struct exim_head *h, struct span s);

#endif
