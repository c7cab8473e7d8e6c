/*
 * voice - the table of programs whose lines are read, and the grammar of a syslog tag.
 *
 * A new dialect or daemon is a row here. Sources: log-formats.md sections 1 and 6; RFC 3164 (tag);
 * Postfix postconf(5) syslog_name; Dovecot service names; PHP syslog.ident.
 *
 * TRUST: any local user may log under any tag (logger -t): a voice says how to read a line, not
 * that the program wrote it.
 */
#include "logs/voice.h"

#define NAME(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}

/* Tags of the programs whose lines are read. Postfix has rules of its own, see postfix_tag(). */
static const struct voice voices[] = {
	{ NAME("exim"), DIALECT_EXIM, exim_line, true },
	{ NAME("dovecot"), DIALECT_DOVECOT, dovecot_line, true },
	{ NAME("sshd"), DIALECT_SSH, ssh_line, true },
	{ NAME("internal-sftp"), DIALECT_SSH, ssh_line, false },
	{ NAME("sftp-server"), DIALECT_SSH, ssh_line, false },
	{ NAME("php"), DIALECT_PHP, php_line, true },
	{ NAME("ool www"), DIALECT_PHP, php_line, false },
	{ NAME("pure-ftpd"), DIALECT_FTP, ftp_line, true },
	{ NAME("proftpd"), DIALECT_FTP, ftp_line, false },
	{ NAME("vsftpd"), DIALECT_FTP, ftp_line, false },
	{ NAME("ftpd"), DIALECT_FTP, ftp_line, false },
	{ NAME("saslauthd"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("lsphp"), DIALECT_PHP, php_line, false },
	{ NAME("opendkim"), DIALECT_OTHER, opendkim_line, true },
	{ NAME("nginx"), DIALECT_WEB, web_line, false },
	{ NAME("apache2"), DIALECT_WEB, web_line, false },
	{ NAME("httpd"), DIALECT_WEB, web_line, false },
};

static const struct voice postfix_voice = { NAME("postfix"), DIALECT_POSTFIX, postfix_line, true };
const struct voice voice_exim = { NAME("exim"), DIALECT_EXIM, exim_line, false };

/* Dovecot's own file, and containers that log its services, have the service for a tag. */
static const struct voice service_voices[] = {
	{ NAME("imap-login"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("pop3-login"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("managesieve-login"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("submission-login"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("lmtp"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("imap"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("pop3"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("managesieve"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("submission"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("auth"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("auth-worker"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("anvil"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("indexer-worker"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("lda"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("doveadm"), DIALECT_DOVECOT, dovecot_line, false },
	{ NAME("stats"), DIALECT_DOVECOT, dovecot_line, false },
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct voice *voice_in(const struct voice *table, size_t count, struct span tag)
{
	if (tag.n == 0)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct span name = table[i].name;

		if (*tag.p == *name.p && (table[i].prefix ? span_starts(tag, name) : span_eq(tag, name)))
			return &table[i];
	}
	return NULL;
}

/*
 * syslog_name is free text, so an instance shows by its daemon: the last path element. A bare daemon name
 * is not enough: OpenSMTPD has an smtpd too. Source: Postfix, global/mail_task.c and master.cf.
 */
static bool postfix_tag(struct span tag)
{
	static const char *const daemons[] = {
		"smtpd",	  "smtp",
		"qmgr",		  "cleanup",
		"pickup",	  "local",
		"bounce",	  "lmtp",
		"pipe",		  "virtual",
		"error",	  "postscreen",
		"anvil",	  "trivial-rewrite",
		"oqmgr",	  "retry",
		"defer",	  "trace",
		"discard",	  "verify",
		"dnsblog",	  "tlsproxy",
		"tlsmgr",	  "scache",
		"proxymap",	  "master",
		"postdrop",	  "postsuper",
		"postqueue",	  "sendmail",
		"postfix-script", "postlogd",
		"postmulti",	  "showq",
		"flush",	  "spawn",
		"policy-spf",
	};
	ptrdiff_t slash;

	if (span_starts(tag, SPAN("postfix")))
		return true;
	slash = span_rfind(tag, '/');
	if (slash <= 0)
		return false;
	for (size_t i = 0; i < COUNT(daemons); i++)
		if (span_eq(span_from(tag, (size_t)slash + 1), span_str(daemons[i])))
			return true;
	return false;
}

const struct voice *voice_service(struct span name)
{
	return voice_in(service_voices, COUNT(service_voices), name);
}

const struct voice *voice_of(struct span tag)
{
	if (tag.n == 0)
		return NULL;
	if (postfix_tag(tag))
		return &postfix_voice;

	const struct voice *v = voice_in(voices, COUNT(voices), tag);

	return v ? v : voice_service(tag);
}

bool voice_serves_as_user(const struct voice *v)
{
	return v->dialect == DIALECT_PHP || v->dialect == DIALECT_WEB || v->dialect == DIALECT_FTP ||
	       span_search(v->name, 0, SPAN("sftp")) >= 0;
}

static inline bool is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

bool voice_take_number(struct span *s, uint32_t *ret_value)
{
	uint32_t value = 0;
	size_t n = 0;

	for (; n < s->n && n < 9 && is_digit(s->p[n]); n++)
		value = value * 10 + (uint32_t)(s->p[n] - '0');
	if (n == 0)
		return false;
	*s = span_from(*s, n);
	*ret_value = value;
	return true;
}

/* What ends a tag: controls, blank and " ( : < = [ */
static inline bool tag_byte(char c)
{
	static const bool ends[256] = {
		[0 ... ' '] = true, ['"'] = true, ['('] = true, [':'] = true,
		['<'] = true,	    ['='] = true, ['['] = true,
	};

	return !ends[(unsigned char)c];
}

/* A FastCGI pool's title, as PHP's syslog tag ("ool www"), is the one tag with a blank. */
size_t voice_tag_length(struct span s)
{
	size_t n = span_starts(s, SPAN("ool ")) ? 4 : 0;

	while (n < s.n && tag_byte(s.p[n]))
		n++;
	return n;
}

enum tag_end voice_take_tag(struct span *s, struct span *ret_tag, uint32_t *ret_pid)
{
	struct span rest, tag = span_head(*s, voice_tag_length(*s));
	uint32_t number_read = 0;
	bool pid = false;

	rest = span_from(*s, tag.n);
	if (tag.n == 0 || rest.n == 0)
		return TAG_NONE;
	if (*rest.p == '(') {
		ptrdiff_t close = span_find(span_head(rest, 256), 0, ')');

		if (close < 0)
			return TAG_NONE;
		rest = span_from(rest, (size_t)close + 1);
	}
	if (rest.n && *rest.p == '[') {
		struct span number = span_from(rest, 1);

		if (!voice_take_number(&number, &number_read) || number.n == 0 || *number.p != ']')
			return TAG_NONE;
		rest = span_from(number, 1);
		pid = true;
	}
	if (rest.n && *rest.p == ':' && (pid || rest.n == 1 || rest.p[1] == ' '))
		rest = span_from(rest, 1);
	else if (!pid || (rest.n && *rest.p != ' '))
		return TAG_NONE;
	if (rest.n && *rest.p == ' ')
		rest = span_from(rest, 1);
	*ret_tag = tag;
	if (pid)
		*ret_pid = number_read;
	*s = rest;
	return pid ? TAG_PID : TAG_COLON;
}
