/*
 * dovecot - who logged in to a mailbox, who failed, from where; and saslauthd's failures.
 *
 * Reads Dovecot 1.x to 2.4, through syslog or its own file (log-in services, auth, auth-worker; the
 * rest are notices). Sources: dovecot/core src/login-common/client-common.c (login_log_format,
 * client_get_extra_disconnect_reason), src/auth/auth-request.c (get_log_identifier); cyrus-sasl
 * saslauthd/saslauthd-main.c (do_auth).
 *
 * TRUST: a user name is whatever a client sent, up to 64 bytes, with `>`, `, rip=` or `): ` in it.
 * The message in front of the fields is Dovecot's own, so it decides success; rip= and method= are
 * taken from the right, since what follows them is Dovecot's own too. Where two readings of an auth
 * line fit, it is a notice without names. A password that was given is never part of a field.
 */
#include "logs/fact.h"

/* Takes "Info: " and its like off the front; *ret_debug tells a debug line. */
static struct span skip_level(struct span s, bool *ret_debug)
{
	static const char *const levels[] = {
		"Info: ", "Warning: ", "Warn: ", "Error: ", "Fatal: ", "Panic: "
	};

	if (span_starts(s, SPAN("Debug: "))) {
		*ret_debug = true;
		return span_from(s, 7);
	}
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (span_starts(s, span_str(levels[i])))
			return span_from(s, strlen(levels[i]));
	return s;
}

static size_t word_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && n < 32 &&
	       ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= 'A' && s.p[n] <= 'Z') || s.p[n] == '-' ||
		(s.p[n] >= '0' && s.p[n] <= '9')))
		n++;
	return n;
}

/* ---- log-in services ---- */

/* The fields start behind the message; the message itself holds no client text. */
static ptrdiff_t fields_start(struct span s)
{
	static const char *const keys[] = { ": user=<", ": method=", ": rip=" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		ptrdiff_t at = span_search(s, 0, span_str(keys[i]));

		if (at >= 0)
			return at;
	}
	return -1;
}

/* FIELDS up to rip= is "user=<U>" or "user=<U>, method=M", with U free: so from the right. */
static void login_names(struct span fields, struct fact *fact)
{
	static const struct span method = { ">, method=", 10 };
	ptrdiff_t rip = fact_rsearch(fields, SPAN(", rip="));
	struct span head = rip < 0 ? fields : span_head(fields, (size_t)rip);
	ptrdiff_t end;

	if (rip >= 0 || span_starts(fields, SPAN("rip="))) {
		fact->addr = span_from(fields, rip < 0 ? 4 : (size_t)rip + 6);
		end = span_find(fact->addr, 0, ',');
		fact->addr = end < 0 ? fact->addr : span_head(fact->addr, (size_t)end);
	}
	if (!span_starts(head, SPAN("user=<")))
		return;
	head = span_from(head, 6);
	end = fact_rsearch(head, method);
	if (end >= 0 && !span_ends(head, SPAN(">"))) {
		ptrdiff_t comma;

		fact->method = span_from(head, (size_t)end + method.n);
		comma = span_find(fact->method, 0, ',');
		fact->method = comma < 0 ? fact->method : span_head(fact->method, (size_t)comma);
	} else {
		end = span_rfind(head, '>');
	}
	fact->user = end < 0 ? head : span_head(head, (size_t)end);
}

static enum event_kind login_kind(struct span message, bool named)
{
	static const char *const failures[] = {
		"(auth failed",	      "(authorization failed", "(proxy dest auth failed",  "(user disabled)",
		"(password expired)", "(login disabled)",      "authentication attempts)",
	};

	if (span_eq(message, SPAN("Login")) || span_eq(message, SPAN("Logged in")))
		return EV_LOGIN_OK;
	if (span_starts(message, SPAN("proxy(")) && fact_has(message, SPAN("): ")) &&
	    fact_has(message, SPAN("tarted proxying to ")))
		return EV_LOGIN_OK;
	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		if (fact_has(message, span_str(failures[i])))
			return EV_LOGIN_FAIL;
	/* Dovecot 1.0 gives no reason; a name in it means that one was tried. */
	return named && span_eq(message, SPAN("Aborted login")) ? EV_LOGIN_FAIL : EV_NOTICE;
}

static enum line_result login_service(struct maker *m, struct span s)
{
	struct fact fact = { .text = s };
	ptrdiff_t at = fields_start(s);
	enum event_kind kind = EV_NOTICE;

	if (at >= 0) {
		fact.text = span_head(s, (size_t)at);
		login_names(span_from(s, (size_t)at + 2), &fact);
		kind = login_kind(fact.text, fact.user.n > 0);
	}
	if (kind == EV_LOGIN_OK)
		fact.text = SPAN_NONE;
	return fact_write(m, DIALECT_DOVECOT, kind, &fact);
}

/* ---- auth and auth-worker ---- */

/* Up to where a line holds no text of the client's but the user name in its prefix. */
static size_t free_text_start(struct span s)
{
	static const char *const marks[] = { "given password", "(username: ", "resp=" };
	size_t start = s.n;

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		ptrdiff_t at = span_search(span_head(s, start), 0, span_str(marks[i]));

		if (at >= 0)
			start = (size_t)at;
	}
	if (start == s.n)
		return start;

	ptrdiff_t bracket = span_rfind(span_head(s, start), '(');

	return bracket >= 0 && start - (size_t)bracket <= sizeof("(SHA1 of ") ? (size_t)bracket : start;
}

/* INSIDE is U[,IP][,master][,sasl:MECH][,<SESSION>]: from the right. True where it has an address. */
static bool auth_names(struct span inside, struct fact *fact)
{
	struct span user = inside, method = SPAN_NONE;

	for (int part = 0; part < 4; part++) {
		ptrdiff_t comma = span_rfind(inside, ',');
		struct span last = span_from(inside, (size_t)(comma + 1));

		if (comma < 0)
			break;
		inside = span_head(inside, (size_t)comma);
		if (fact_is_address(last)) {
			*fact = (struct fact){ .user = inside, .addr = last, .method = method };
			return true;
		}
		if (span_starts(last, SPAN("sasl:")))
			method = span_from(last, 5);
		else if (!span_eq(last, SPAN("master")) && !span_starts(last, SPAN("<")))
			break;
	}
	*fact = (struct fact){ .user = user, .method = method };
	return false;
}

/* What stands behind ")" is "<..>" any number of times and ": "; 0 where it is not. */
static size_t prefix_end(struct span s, size_t at)
{
	while (at < s.n && s.p[at] == '<') {
		ptrdiff_t close = span_find(span_head(s, at + 128), at, '>');

		if (close < 0)
			return 0;
		at = (size_t)close + 1;
	}
	return at + 1 < s.n && s.p[at] == ':' && s.p[at + 1] == ' ' ? at + 2 : 0;
}

struct auth_reading {
	struct fact fact;
	size_t text; /* where the daemon's words start; 0 = no reading */
	unsigned addresses; /* readings that have an address */
};

/* S starts behind the "(" of DB(U,...). The last reading with an address wins, else the first at all. */
static struct auth_reading auth_read(struct span s)
{
	struct auth_reading got = { .text = 0 };
	ptrdiff_t at = span_find(s, 0, ')');

	for (; at >= 0; at = span_find(s, (size_t)at + 1, ')')) {
		size_t text = prefix_end(s, (size_t)at + 1);
		struct fact fact;

		if (!text || at > 1024)
			continue;
		if (auth_names(span_head(s, (size_t)at), &fact)) {
			got.addresses++;
			got.fact = fact;
			got.text = text;
		} else if (!got.text) {
			got.fact = fact;
			got.text = text;
		}
	}
	return got;
}

static bool auth_failed(struct span words)
{
	static const char *const failures[] = {
		"nknown user",
		"assword mismatch",
		"pam_authenticate() failed",
		"User not known",
		"Username character disallowed",
		"Authentication failure",
	};

	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		if (fact_has(words, span_str(failures[i])))
			return true;
	return false;
}

/* Walks what may stand between the service and DB(U,...): a pid, a level, the worker's connection. */
static struct span auth_prefix(struct span s, bool *ret_debug)
{
	struct span head;
	ptrdiff_t close = span_starts(s, SPAN("(")) ? span_find(s, 0, ')') : -1;

	if (close > 0 && span_find(span_head(s, (size_t)close), 0, ',') < 0)
		s = span_from(s, (size_t)close + 1);
	if (span_starts(s, SPAN(": ")))
		s = skip_level(span_from(s, 2), ret_debug);
	/* The worker names its connection: conn unix:auth-worker (pid=1,uid=2): auth-worker<3>: */
	if (span_starts(s, SPAN("conn unix:"))) {
		fact_cut(&s, SPAN("): "), &head);
		if (span_starts(s, SPAN("auth-worker<")))
			fact_cut(&s, SPAN(": "), &head);
	}
	return s;
}

/* S is what stands behind the service's name. */
static enum line_result auth_service(struct maker *m, struct span s)
{
	bool debug = false;
	struct fact fact = { .text = SPAN_NONE };
	enum event_kind kind = EV_NOTICE;
	size_t own, name, all;

	s = auth_prefix(s, &debug);
	own = free_text_start(s);
	all = s.n;
	s = span_head(s, own);
	name = word_length(s);
	if (name < s.n && s.p[name] == '(') {
		struct auth_reading got = auth_read(span_from(s, name + 1));
		struct span words = skip_level(span_from(span_from(s, name + 1), got.text), &debug);
		bool clear = got.addresses <= 1 || own == all;

		if (got.text && clear) {
			fact = got.fact;
			fact.text = words;
			kind = !debug && auth_failed(words) ? EV_LOGIN_FAIL : EV_NOTICE;
		}
	} else if (span_starts(s, SPAN("Master user logging in as "))) {
		fact.user = span_from(s, 26);
	} else {
		fact.text = s;
	}
	fact.text = debug ? SPAN_NONE : span_trim(fact.text);
	return fact_write(m, DIALECT_DOVECOT, kind, &fact);
}

/* ---- the rest ---- */

/* imap(U)<PID><SESSION>: or lmtp(PID, U): ; the user has logged in, so he exists. */
static enum line_result session_service(struct maker *m, struct span s)
{
	struct fact fact = { .text = SPAN_NONE };
	uint64_t pid;
	bool debug = false;
	size_t end = 0;

	if (!m->all)
		return LINE_DULL;
	if (span_starts(s, SPAN("("))) {
		ptrdiff_t close = span_find(s, 0, ')'), comma;

		if (close < 0)
			return LINE_OTHER;
		fact.user = span_of(s.p + 1, (size_t)close - 1);
		comma = span_search(fact.user, 0, SPAN(", "));
		if (comma > 0 && span_u64(span_head(fact.user, (size_t)comma), &pid))
			fact.user = span_from(fact.user, (size_t)comma + 2);
		if (span_u64(fact.user, &pid))
			fact.user = SPAN_NONE;
		end = (size_t)close + 1;
	}
	end = prefix_end(s, end);
	if (!end)
		return LINE_OTHER;
	fact.text = skip_level(span_from(s, end), &debug);
	return fact_write(m, DIALECT_DOVECOT, EV_NOTICE, &fact);
}

static enum line_result saslauthd_line(struct maker *m)
{
	struct span s = m->line->text, head;
	struct fact fact = { .text = s };
	ptrdiff_t reason;

	if (!fact_cut(&s, SPAN(" auth failure: [user="), &head) ||
	    !fact_cut(&s, SPAN("] [service="), &fact.user))
		return fact_write(m, DIALECT_DOVECOT, EV_NOTICE, &fact);
	reason = fact_rsearch(s, SPAN("[reason="));
	fact.text = reason >= 0 && span_ends(s, SPAN("]"))
			    ? span_of(s.p + reason + 8, s.n - (size_t)reason - 9)
			    : SPAN_NONE;
	return fact_write(m, DIALECT_DOVECOT, EV_LOGIN_FAIL, &fact);
}

/* The services of a file of Dovecot's own, where no tag says that it is Dovecot. */
static bool own_file_service(struct span word)
{
	static const char *const names[] = {
		"auth",	   "auth-worker",  "imap",	  "pop3",	    "lmtp",
		"lda",	   "managesieve",  "submission",  "master",	    "config",
		"anvil",   "log",	   "stats",	  "indexer",	    "indexer-worker",
		"doveadm", "dict",	   "ssl-params",  "replicator",	    "script",
		"deliver", "dsync-server", "dsync-local", "imap-hibernate", "quota-status",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_eq_nocase(word, span_str(names[i])))
			return true;
	return span_ends(word, SPAN("-login"));
}

/* "Dovecot v1.2 starting up", "Fatal: Auth process died too early": the master speaks for no service. */
static enum line_result daemon_notice(struct maker *m, struct span text)
{
	bool debug = false;
	struct span words = skip_level(text, &debug);

	if (words.n == text.n && !span_starts(text, SPAN("Dovecot v")))
		return LINE_OTHER;
	return fact_write(m, DIALECT_DOVECOT, EV_NOTICE, &(struct fact){ .text = debug ? SPAN_NONE : words });
}

/* Both are parts of WHOLE, FIRST in front of SECOND (the journal's may lie elsewhere). */
static bool lies_before(struct span whole, struct span first, struct span second)
{
	return first.p >= whole.p && first.p + first.n <= second.p &&
	       second.p + second.n <= whole.p + whole.n;
}

enum line_result dovecot_line(struct maker *m)
{
	const struct line *l = m->line;
	struct span s = l->text, word;
	bool debug = false, tagged = span_starts(l->program, SPAN("dovecot"));

	if (span_starts(l->program, SPAN("saslauthd")))
		return saslauthd_line(m);
	if (fact_is_pam(s))
		return fact_pam_line(m, DIALECT_DOVECOT);
	/* Without a tag of Dovecot's the service was taken for one: it stands in front of the text. */
	if (!tagged && l->program.n && lies_before(l->raw, l->program, s))
		s = span_of(l->program.p, (size_t)(s.p + s.n - l->program.p));
	s = skip_level(s, &debug);
	word = span_head(s, word_length(s));
	s = span_from(s, word.n);
	if (!tagged && !own_file_service(word))
		return LINE_OTHER;
	if (!word.n || s.n == 0 || (s.p[0] != ':' && s.p[0] != '(' && s.p[0] != '<'))
		return tagged ? daemon_notice(m, l->text) : LINE_OTHER;
	if (span_ends(word, SPAN("-login")) && span_starts(s, SPAN(": ")))
		return login_service(m, skip_level(span_from(s, 2), &debug));
	if (span_eq(word, SPAN("auth")) || span_eq(word, SPAN("auth-worker")))
		return auth_service(m, s);
	return session_service(m, s);
}
