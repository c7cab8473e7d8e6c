/*
 * ftp - log-ins and uploads from vsftpd, ProFTPD, Pure-FTPd, and the xferlog that all of them write.
 *
 * Sources: vsftpd logging.c (vsf_log_do_log_vsftpd_format, _wuftpd_format); ProFTPD modules/mod_auth.c,
 * src/log.c; Pure-FTPd ftpd.c, log.c; xferlog(5). Through syslog or in their own files.
 *
 * TRUST: user names before the log-in and file names are client text in brackets and quotes that
 * nobody escapes. How a line ends is the daemon's own, so the end tells what kind of line it is; the
 * rest is cut from that side on which no client text stands. A line with two readings is a notice.
 */
#include "logs/fact.h"

static enum line_result ftp_notice(struct maker *m, struct span text)
{
	return fact_write(m, DIALECT_FTP, EV_NOTICE, &(struct fact){ .text = text });
}

/* ---- vsftpd ---- */

/* S ends with `Client "ADDRESS"`: returns where that starts, or -1. */
static ptrdiff_t ends_with_client(struct span s, struct span *ret_address)
{
	static const struct span client = { "Client \"", 8 };
	ptrdiff_t at = span_ends(s, SPAN("\"")) ? fact_rsearch(s, client) : -1;

	/* The quote that opens may be the last byte. */
	if (at < 0 || (size_t)at + client.n == s.n)
		return -1;
	*ret_address = span_of(s.p + at + client.n, s.n - (size_t)at - client.n - 1);
	return fact_is_address(*ret_address) ? at : -1;
}

/* [USER] OK LOGIN: Client "ADDRESS"; USER is free before the log-in, so the words are taken at the end. */
static enum line_result vsftpd_login(struct maker *m, struct span s, struct fact *fact)
{
	static const struct span ok = { "] OK LOGIN: ", 12 }, fail = { "] FAIL LOGIN: ", 14 };
	struct span address, head;
	ptrdiff_t at = ends_with_client(s, &address);
	bool failed;

	if (at < 0 || !span_starts(s, SPAN("[")))
		return LINE_OTHER;
	head = span_head(s, (size_t)at);
	failed = span_ends(head, fail);
	if (!failed && !span_ends(head, ok))
		return LINE_OTHER;
	fact->user = span_of(s.p + 1, head.n - 1 - (failed ? fail.n : ok.n));
	fact->addr = address;
	/* A file name at the end of another kind of line can look like this; an accepted user cannot. */
	if (!failed && fact_has(fact->user, SPAN("] ")))
		return ftp_notice(m, s);
	return fact_write(m, DIALECT_FTP, failed ? EV_LOGIN_FAIL : EV_LOGIN_OK, fact);
}

/* [USER] OK UPLOAD: Client "ADDRESS", "PATH", N bytes, RATE; the user is logged in, PATH is free. */
static enum line_result vsftpd_upload(struct maker *m, struct span s, struct fact *fact)
{
	static const struct span upload = { "] OK UPLOAD: Client \"", 21 }, bytes = { " bytes", 6 };
	ptrdiff_t end;

	if (!span_starts(s, SPAN("[")) || !fact_cut(&s, upload, &fact->user) ||
	    !fact_cut(&s, SPAN("\", \""), &fact->addr) || !fact_is_address(fact->addr))
		return LINE_OTHER;
	fact->user = span_from(fact->user, 1);
	end = fact_rsearch(s, SPAN("\", "));
	if (end < 0 || fact_has(fact->user, SPAN("] ")))
		return LINE_OTHER;
	fact->script = span_head(s, (size_t)end);
	s = span_from(s, (size_t)end + 3);
	end = span_search(s, 0, bytes);
	if (end > 0)
		fact->size = span_head(s, (size_t)end);
	return fact_write(m, DIALECT_FTP, EV_UPLOAD, fact);
}

/* S stands behind the stamp and "[pid N] ". */
static enum line_result vsftpd_line(struct maker *m, struct span s)
{
	struct fact fact = { .text = SPAN_NONE };
	enum line_result result = vsftpd_login(m, s, &fact);
	struct span address;

	if (result != LINE_OTHER)
		return result;
	fact = (struct fact){ .text = SPAN_NONE };
	result = vsftpd_upload(m, s, &fact);
	if (result != LINE_OTHER)
		return result;
	if (!fact_has(s, SPAN(": Client \"")))
		return LINE_OTHER;
	/* "FTP command" lines hold passwords: no text, and the address only where nothing else is named. */
	fact = (struct fact){ .text = SPAN_NONE };
	if (span_starts(s, SPAN("CONNECT: ")) && ends_with_client(s, &address) == 9)
		fact.addr = address;
	return fact_write(m, DIALECT_FTP, EV_NOTICE, &fact);
}

/* ---- xferlog ---- */

#define XFER_TAIL 9 /* type flag dir mode user service auth authuser status, counted from the right */

static struct span last_word(struct span *s)
{
	ptrdiff_t blank = span_rfind(*s, ' ');
	struct span word = span_from(*s, (size_t)(blank + 1));

	*s = span_head(*s, blank < 0 ? 0 : (size_t)blank);
	return word;
}

static bool one_of(struct span s, const char *letters)
{
	return s.n == 1 && s.p[0] && strchr(letters, s.p[0]);
}

/* Takes the nine words off the end of S; ret_word[0] is the type. */
static bool xferlog_tail(struct span *s, struct span *ret_word)
{
	struct span rest = *s;

	for (int i = XFER_TAIL - 1; i >= 0; i--)
		ret_word[i] = last_word(&rest);
	if (!one_of(ret_word[0], "ab") || !one_of(ret_word[2], "oid") || !one_of(ret_word[3], "agr") ||
	    !one_of(ret_word[6], "01") || !one_of(ret_word[8], "ci"))
		return false;
	*s = rest;
	return true;
}

/* S stands behind the stamp: SECONDS HOST BYTES FILE and the tail; FILE may hold blanks. */
static enum line_result xferlog_line(struct maker *m, struct span s)
{
	struct fact fact = { .text = SPAN_NONE };
	struct span seconds, word[XFER_TAIL], cut;
	uint64_t n;

	if (!fact_cut(&s, SPAN(" "), &seconds) || !span_u64(seconds, &n) ||
	    !fact_cut(&s, SPAN(" "), &fact.addr) || !fact_cut(&s, SPAN(" "), &fact.size) ||
	    !span_u64(fact.size, &n))
		return LINE_OTHER;
	if (!xferlog_tail(&s, word)) {
		/* Some writers add the server's own address behind the status. */
		cut = last_word(&s);
		if (!fact_is_address(cut) || !xferlog_tail(&s, word))
			return LINE_OTHER;
	}
	fact.script = s;
	fact.user = word[4];
	return fact_write(m, DIALECT_FTP, word[2].p[0] == 'i' ? EV_UPLOAD : EV_NOTICE, &fact);
}

/* ---- ProFTPD ---- */

/* S is "USER U: Login successful." and the like; false where it is something else. */
static bool proftpd_user(struct span s, struct fact *fact, enum event_kind *ret_kind)
{
	static const struct span ok = { ": Login successful", 18 };
	static const struct span unknown = { ": no such user found from ", 26 },
				 bad = { " (Login failed): ", 17 };
	struct span user = span_from(s, 5);
	ptrdiff_t at;

	if (!span_starts(s, SPAN("USER ")) && !span_starts(s, SPAN("ANON ")))
		return false;
	if (span_ends(user, SPAN(".")))
		user.n--;
	if (span_ends(user, ok)) {
		fact->user = span_head(user, user.n - ok.n);
		*ret_kind = EV_LOGIN_OK;
		return true;
	}
	at = fact_rsearch(user, unknown);
	at = at < 0 ? fact_rsearch(user, bad) : at;
	if (at < 0)
		return false;
	fact->user = span_head(user, (size_t)at);
	*ret_kind = EV_LOGIN_FAIL;
	return true;
}

/* HOST (NAME[ADDRESS]) - TEXT, or with ": " instead of " - ". Host names come without blanks. */
static enum line_result proftpd_line(struct maker *m, struct span s)
{
	struct fact fact = { .text = SPAN_NONE };
	struct span whole = s, host, name;
	enum event_kind kind = EV_NOTICE;

	if (fact_cut(&s, SPAN(" ("), &host) && span_find(host, 0, ' ') < 0 &&
	    fact_cut(&s, SPAN("["), &name) && fact_cut(&s, SPAN("])"), &fact.addr) &&
	    (span_starts(s, SPAN(" - ")) || span_starts(s, SPAN(": ")))) {
		s = span_from(s, s.p[0] == ':' ? 2 : 3);
		if (!fact_is_address(fact.addr))
			fact.addr = name;
		if (!proftpd_user(s, &fact, &kind))
			fact.text = s;
	} else {
		fact = (struct fact){ .text = whole };
	}
	return fact_write(m, DIALECT_FTP, kind, &fact);
}

/* ---- Pure-FTPd ---- */

/* "X is now logged in"; only the daemon writes at this level before the log-in. */
static bool pureftpd_login(struct span s, struct fact *fact, enum event_kind *ret_kind)
{
	static const struct span ok = { " is now logged in", 17 };
	static const struct span bad = { "[WARNING] Authentication failed for user [", 42 };

	if (span_starts(s, SPAN("[INFO] ")) && span_ends(s, ok) && s.n > 7 + ok.n) {
		fact->user = span_of(s.p + 7, s.n - 7 - ok.n);
		*ret_kind = EV_LOGIN_OK;
		return true;
	}
	if (span_starts(s, bad) && span_ends(s, SPAN("]"))) {
		fact->user = span_of(s.p + bad.n, s.n - bad.n - 1);
		*ret_kind = EV_LOGIN_FAIL;
		return true;
	}
	return false;
}

/* "[NOTICE] PATH uploaded  (N bytes, R KB/sec)": PATH is free, what follows it is not. */
static bool pureftpd_upload(struct span s, struct fact *fact)
{
	static const struct span done = { " uploaded  (", 12 };
	ptrdiff_t at = span_ends(s, SPAN("B/sec)")) ? fact_rsearch(s, SPAN("  (")) - 9 : -1;
	struct span size;

	if (!span_starts(s, SPAN("[NOTICE] ")) || at < 9 || !span_starts(span_from(s, (size_t)at), done))
		return false;
	fact->script = span_of(s.p + 9, (size_t)at - 9);
	size = span_from(s, (size_t)at + done.n);
	fact->size = span_head(size, (size_t)(span_find(size, 0, ' ') < 0 ? 0 : span_find(size, 0, ' ')));
	return true;
}

/* (USER@HOST) [LEVEL] TEXT; USER is "?" before the log-in and may hold an @ behind it. */
static enum line_result pureftpd_line(struct maker *m, struct span s)
{
	struct fact fact = { .text = SPAN_NONE };
	enum event_kind kind = EV_NOTICE;
	struct span who, user;
	ptrdiff_t at;

	if (!span_starts(s, SPAN("(")) || !fact_cut(&s, SPAN(") ["), &who))
		return ftp_notice(m, s);
	s = span_of(s.p - 1, s.n + 1);
	who = span_from(who, 1);
	at = span_rfind(who, '@');
	user = at < 0 ? who : span_head(who, (size_t)at);
	fact.addr = at < 0 ? SPAN_NONE : span_from(who, (size_t)at + 1);
	fact.user = span_eq(user, SPAN("?")) ? SPAN_NONE : user;
	if (pureftpd_upload(s, &fact))
		kind = EV_UPLOAD;
	else if (!pureftpd_login(s, &fact, &kind))
		fact.text = s;
	return fact_write(m, DIALECT_FTP, kind, &fact);
}

/* "[pid 27307] " of vsftpd; moves S past it. */
static bool take_pid(struct span *s, uint64_t *ret_pid)
{
	struct span rest = *s, pid = SPAN_NONE;

	if (!span_starts(rest, SPAN("[pid ")) || !fact_cut(&rest, SPAN("] "), &pid) ||
	    !span_u64(span_from(pid, 5), ret_pid))
		return false;
	*s = rest;
	return true;
}

enum line_result ftp_line(struct maker *m)
{
	struct span s = m->line->text, program = m->line->program;
	uint64_t pid = 0;
	enum line_result result;

	if (fact_is_pam(s))
		return fact_pam_line(m, DIALECT_FTP);
	if (span_starts(program, SPAN("pure-ftpd")))
		return pureftpd_line(m, s);
	if (span_starts(program, SPAN("proftpd")))
		return proftpd_line(m, s);
	result = take_pid(&s, &pid) ? LINE_OTHER : xferlog_line(m, s);
	result = result == LINE_OTHER ? vsftpd_line(m, s) : result;
	if (result == LINE_EVENT && pid && pid <= UINT32_MAX)
		m->ev->pid = (uint32_t)pid;
	return result;
}
