/*
 * event - the names of kinds, dialects and fields as `explain --json` prints them.
 *
 * Promises: every enum value has a name, and NULL stands only for a field that is not printed.
 * A value outside its enum is our bug. No foreign bytes come by here.
 */
#include "model/event.h"

#include "base/err.h"

#define PLACES sizeof(((struct event *)0)->where)

_Static_assert(__builtin_popcountll(FIELDS_TRACED) <= PLACES, "each has its place");

static const char *const kind_names[EV_KINDS] = {
	[EV_OTHER] = "other",		[EV_CONNECT] = "connect",     [EV_DISCONNECT] = "disconnect",
	[EV_AUTH_OK] = "auth_ok",	[EV_AUTH_FAIL] = "auth_fail", [EV_SUBMIT] = "submit",
	[EV_ACCEPT] = "accept",		[EV_QUEUE] = "queue",	      [EV_DELIVER] = "deliver",
	[EV_DEFER] = "defer",		[EV_BOUNCE] = "bounce",	      [EV_REJECT] = "reject",
	[EV_COMPLETE] = "complete",	[EV_HOLD] = "hold",	      [EV_RELEASE] = "release",
	[EV_FREEZE] = "freeze",		[EV_THAW] = "thaw",	      [EV_REMOVE] = "remove",
	[EV_COMMAND] = "command",	[EV_HEADER] = "header",	      [EV_MESSAGE_ID] = "message_id",
	[EV_PHPMAIL] = "phpmail",	[EV_REQUEST] = "request",     [EV_LOGIN_OK] = "login_ok",
	[EV_LOGIN_FAIL] = "login_fail", [EV_UPLOAD] = "upload",	      [EV_LIMIT] = "limit",
	[EV_NOTICE] = "notice",
};

static const char *const dialect_names[DIALECTS] = {
	[DIALECT_OTHER] = "other",     [DIALECT_EXIM] = "exim", [DIALECT_POSTFIX] = "postfix",
	[DIALECT_DOVECOT] = "dovecot", [DIALECT_PHP] = "php",	[DIALECT_WEB] = "web",
	[DIALECT_SSH] = "ssh",	       [DIALECT_FTP] = "ftp",
};

/* What is for trace alone stays NULL. */
static const char *const field_names[F_KEYS] = {
	[F_PROGRAM] = "program",
	[F_HOST] = "host",
	[F_ID] = "id",
	[F_SENDER] = "sender",
	[F_RECIPIENTS] = "recipients",
	[F_RECIPIENT] = "recipient",
	[F_ORIG_RECIPIENT] = "orig_recipient",
	[F_CLIENT_IP] = "client_ip",
	[F_CLIENT_NAME] = "client_name",
	[F_HELO] = "helo",
	[F_USER] = "user",
	[F_AUTH_METHOD] = "auth_method",
	[F_UNIX_USER] = "unix_user",
	[F_UID] = "uid",
	[F_PROTOCOL] = "protocol",
	[F_SIZE] = "size",
	[F_NRCPT] = "nrcpt",
	[F_SUBJECT] = "subject",
	[F_MESSAGE_ID] = "message_id",
	[F_RELAY] = "relay",
	[F_RELAY_IP] = "relay_ip",
	[F_RELAY_PORT] = "relay_port",
	[F_STATUS] = "status",
	[F_DSN] = "dsn",
	[F_CODE] = "code",
	[F_DELAY] = "delay",
	[F_DELAYS] = "delays",
	[F_TEXT] = "text",
	[F_CWD] = "cwd",
	[F_SCRIPT] = "script",
	[F_SCRIPT_LINE] = "script_line",
	[F_CHILD_ID] = "child_id",
	[F_METHOD] = "method",
	[F_URL] = "url",
	[F_HTTP_STATUS] = "http_status",
	[F_ACTION] = "action",
	[F_PORT] = "port",
};

const char *event_kind_name(enum event_kind kind)
{
	if ((unsigned)kind >= EV_KINDS)
		bug("event kind outside its enum");
	return kind_names[kind];
}

const char *dialect_name(enum dialect dialect)
{
	if ((unsigned)dialect >= DIALECTS)
		bug("dialect outside its enum");
	return dialect_names[dialect];
}

const char *field_name(enum field_key key)
{
	if ((unsigned)key >= F_KEYS)
		bug("field outside its enum");
	return field_names[key];
}
