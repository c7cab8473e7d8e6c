/*
 * dovecot_usual - logins to mailboxes, and those refused, by the shortest way.
 *
 * Promises: what is read here gives the very event that dovecot.c would give; what is not surely so is LINE_UNREAD, and nothing
 * has been written.
 *
 * TRUST: as dovecot.c says. A name that could have been read as a key, or ends otherwise than at its first ">": dovecot.c decides.
 */
#include "logs/bytes.h"
#include "logs/fact.h"
#include "logs/frame_short.h"

#define STARTS(p, end, literal) ((size_t)((end) - (p)) >= sizeof(literal) - 1 && BYTES_ARE(p, literal))

/* What login_kind() says of MESSAGE, where that shows at its first bracket; else EV_OTHER. */
static enum event_kind usual_kind(const char *message, const char *end)
{
	const char *bracket;

	if (end - message == 5 && BYTES_ARE(message, "Login"))
		return EV_LOGIN_OK;
	if (!STARTS(message, end, "Disconnected") && !STARTS(message, end, "Aborted login"))
		return EV_OTHER;
	bracket = bytes_find(message, end, '(');
	return STARTS(bracket, end, "(auth failed") ? EV_LOGIN_FAIL : EV_OTHER;
}

/*
 * "imap-login: MESSAGE: user=<U>, method=M, rip=ADDRESS, ...", with nothing in U or behind the address that could be read as
 * another of these keys, and nothing that would make it PAM's.
 */
enum line_result dovecot_usual(struct maker *m, struct span s)
{
	const char *p = s.p + 12, *end = s.p + s.n, *open, *comma;
	struct fact fact = { .text = SPAN_NONE };
	enum event_kind kind;

	if (s.n < 60 || !(BYTES_ARE(s.p, "imap-login: ") || BYTES_ARE(s.p, "pop3-login: ")) ||
	    bytes_find(p, end, ';') < end)
		return LINE_UNREAD;
	open = bytes_find(p, end, '<');
	if (open - p < 12 || !BYTES_ARE(open - 7, ": user="))
		return LINE_UNREAD;
	kind = usual_kind(p, open - 7);
	if (kind == EV_OTHER)
		return LINE_UNREAD;
	if (kind == EV_LOGIN_FAIL)
		fact.text = span_of(p, (size_t)(open - 7 - p));
	p = bytes_find(open, end, '>');
	fact.user = span_of(open + 1, (size_t)(p - open - 1));
	if (!STARTS(p, end, ">, method="))
		return LINE_UNREAD;
	p = bytes_find(p + 10, end, ',');
	if (p[-1] == '>' || !STARTS(p, end, ", rip="))
		return LINE_UNREAD;
	comma = bytes_find(p + 6, end, ',');
	fact.addr = span_of(p + 6, (size_t)(comma - p - 6));
	for (; comma < end; comma = bytes_find(comma + 1, end, ','))
		if (STARTS(comma, end, ", rip="))
			return LINE_UNREAD;
	return fact_write(m, DIALECT_DOVECOT, kind, &fact);
}
