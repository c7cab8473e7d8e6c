/*
 * event_kind - the words an event is made of: kinds, dialects, fields, flags, and their printed names.
 *
 * Only numbers of ours. Names are those of the contract's `explain --json`.
 */
#ifndef SPAMTRAIL_MODEL_EVENT_KIND_H
#define SPAMTRAIL_MODEL_EVENT_KIND_H

enum event_kind {
	EV_OTHER, EV_CONNECT, EV_DISCONNECT, EV_AUTH_OK, EV_AUTH_FAIL, EV_SUBMIT, EV_ACCEPT, EV_QUEUE,
	EV_DELIVER, EV_DEFER, EV_BOUNCE, EV_REJECT, EV_COMPLETE, EV_HOLD, EV_RELEASE, EV_FREEZE, EV_THAW,
	EV_REMOVE, EV_COMMAND, EV_HEADER, EV_MESSAGE_ID, EV_PHPMAIL, EV_REQUEST, EV_LOGIN_OK,
	EV_LOGIN_FAIL, EV_UPLOAD, EV_LIMIT, EV_NOTICE,
	EV_KINDS
};

enum dialect {
	DIALECT_OTHER, DIALECT_EXIM, DIALECT_POSTFIX, DIALECT_DOVECOT, DIALECT_PHP, DIALECT_WEB,
	DIALECT_SSH, DIALECT_FTP,
	DIALECTS
};

/* Names as in `explain --json`; numbers are kept as their text. Order is the order of printing. */
enum field_key {
	F_PROGRAM, F_HOST, F_ID, F_SENDER, F_RECIPIENTS, F_RECIPIENT, F_ORIG_RECIPIENT, F_CLIENT_IP,
	F_CLIENT_NAME, F_HELO, F_USER, F_AUTH_METHOD, F_UNIX_USER, F_UID, F_PROTOCOL, F_SIZE, F_NRCPT,
	F_SUBJECT, F_MESSAGE_ID, F_RELAY, F_RELAY_IP, F_RELAY_PORT, F_STATUS, F_DSN, F_CODE, F_DELAY,
	F_DELAYS, F_TEXT, F_CWD, F_SCRIPT, F_SCRIPT_LINE, F_CHILD_ID, F_METHOD, F_URL, F_HTTP_STATUS,
	F_ACTION, F_PORT,
	/* For trace only, not printed by explain: */
	F_PARENT_ID,           /* Exim R= on <=: the message that caused this one; Postfix orig_queue_id= */
	F_ROUTER, F_TRANSPORT, /* Exim R= and T= of a result */
	F_RETURN_PATH,         /* Exim P=<> / F=<> of a result */
	F_HEADER,              /* header text of a Postfix header_checks line: "Name: value" */
	F_VHOST, F_AGENT, F_BYTES, /* web requests */
	F_TO,                  /* PHP mail(): the To argument as written */
	F_IDENT_USER,          /* the unix user a panel found for a localhost connection (S=, U=, ID=) */
	F_WRITER,              /* uid of who wrote a journal entry: the kernel's word; not where a program works as its user */
	F_WRITER_EXE,          /* his program, where it is one that writes such lines */
	F_WRITER_MAIL,         /* he gave it syslog's facility for mail: syslog has it, too, and in the mail log */
	F_KEYS
};

#define FIELD_BIT(key) (UINT64_C(1) << (key))

/* What trace reads; everything else is for explain alone. */
#define FIELDS_TRACED                                                                                                    \
	(FIELD_BIT(F_SENDER) | FIELD_BIT(F_RECIPIENTS) | FIELD_BIT(F_RECIPIENT) | FIELD_BIT(F_ORIG_RECIPIENT) |          \
	 FIELD_BIT(F_CLIENT_IP) | FIELD_BIT(F_USER) | FIELD_BIT(F_UNIX_USER) | FIELD_BIT(F_UID) | FIELD_BIT(F_SUBJECT) | \
	 FIELD_BIT(F_MESSAGE_ID) | FIELD_BIT(F_RELAY_IP) | FIELD_BIT(F_CWD) | FIELD_BIT(F_SCRIPT) |                      \
	 FIELD_BIT(F_CHILD_ID) | FIELD_BIT(F_PARENT_ID) | FIELD_BIT(F_TEXT) | FIELD_BIT(F_HEADER) | FIELD_BIT(F_URL) |   \
	 FIELD_BIT(F_METHOD) | FIELD_BIT(F_VHOST) | FIELD_BIT(F_HTTP_STATUS) | FIELD_BIT(F_TO) | FIELD_BIT(F_IDENT_USER))
/* The number of KEY among them; where KEY is a constant, nothing is counted. */
#define FIELD_PLACE(key) __builtin_popcountll(FIELDS_TRACED & (FIELD_BIT(key) - 1))

/* How far a stamp can be trusted. */
enum stamp_flag {
	STAMP_NONE = 0,        /* no stamp on the line */
	STAMP_TIME = 1,        /* at is set */
	STAMP_NO_YEAR = 2,     /* at counts from 1 January of year 0 (civil_seconds with year 0 = a leap year) */
	STAMP_ZONE = 4,        /* zone minutes are known: at is already UTC */
	STAMP_ZULU = 8,        /* the zone is written Z */
	STAMP_DIGITS = 0xf0,   /* how many digits the fraction had, times STAMP_DIGIT */
	STAMP_DIGIT = 0x10,
};

/* What a dialect has found out and trace would otherwise have to look up again. */
enum event_flag {
	EVF_LOCAL = 1 << 0,      /* arrival handed over on this machine: Exim U= with P=local..., Postfix pickup */
	EVF_AUTH = 1 << 1,       /* arrival with an accepted login (F_USER) */
	EVF_NULL_SENDER = 1 << 2,/* envelope sender is <> */
	EVF_REMOTE = 1 << 3,     /* result of an attempt over the network to another mail server */
	EVF_NOT_FRESH = 1 << 4,  /* "retry time not reached": no attempt was made */
	EVF_PROBE = 1 << 5,      /* address verification, not mail: never counts */
	EVF_SUPPRESSED = 1 << 6, /* Exim *>: nothing was sent */
	EVF_EXPIRED = 1 << 7,    /* Postfix qmgr status=expired / force-expired */
	EVF_FILTER = 1 << 8,     /* delivered to a loopback relay: may come back under a second id */
	EVF_CONTINUES = 1 << 9,  /* a line without a stamp of its own that belongs to the line before */
	EVF_CUT = 1 << 10,       /* the writer cut the line short (<trunc>, syslog length) */
	EVF_UNKNOWN_RCPT = 1 << 11, /* the text says that the recipient does not exist */
	EVF_SPAM = 1 << 12,      /* the text says: refused as spam, by policy or by a blocklist */
	EVF_SYSLOG = 1 << 14,    /* came through syslog or the journal: a local user can forge such lines */
	EVF_PIECE = 1 << 15,     /* one of the lines of a record that syslog split (logs/pieces.h); never leaves logs */
	EVF_MTA_USER = 1 << 13,  /* U= is the MTA's own user (Debian-exim, mailnull, exim ...) */
	/* What another line of this message and second said has no event of its own (logs/usual.h): */
	EVF_CLEANUP = 1 << 16,   /* Postfix cleanup's message-id=, right behind this arrival or before this queue line */
	EVF_COMPLETED = 1 << 17, /* the message's end, right behind this result */
};

const char *event_kind_name(enum event_kind kind);
const char *dialect_name(enum dialect dialect);
/* The key in `explain --json`, or NULL for a field that is not printed. */
const char *field_name(enum field_key key);

#endif
