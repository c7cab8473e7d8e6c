/*
 * queued - one message that waits in a mail server's queue, as its spool file tells: what queue/ reads, trace/ maps
 * to a sender and report/ lists.
 *
 * Every text is a span of foreign bytes. Each fact that names somebody carries its grade (trust: A the kernel or
 * the mail server vouches, B the suspect influences the spelling, C the suspect wrote it); 0 = there is no such fact.
 * Times are UTC seconds; 0 = unknown.
 */
#ifndef SPAMTRAIL_MODEL_QUEUED_H
#define SPAMTRAIL_MODEL_QUEUED_H

#include "base/buf.h"
#include "model/event.h"

enum mail_server { SERVER_POSTFIX, SERVER_EXIM, MAIL_SERVERS };

enum queue_state {
	QUEUE_INCOMING,
	QUEUE_ACTIVE,
	QUEUE_DEFERRED,
	QUEUE_HOLD,
	QUEUE_CORRUPT,
	QUEUE_WAITING, /* Exim: in its input folder or a named queue */
	QUEUE_FROZEN, /* Exim */
	QUEUE_STATES
};

/* By which door it came in. */
enum queue_door { DOOR_UNKNOWN, DOOR_AUTH, DOOR_LOCAL, DOOR_LOOPBACK, DOOR_SMTP, DOOR_BOUNCE, QUEUE_DOORS };

/* What a message is, as far as the logs tell. */
enum queue_class {
	CLASS_UNKNOWN, /* the logs were not asked, or cannot tell */
	CLASS_SPAM, /* of a sender who is accused, from his beginning on */
	CLASS_SPAM_BOUNCE, /* answers such mail, or comes for him */
	CLASS_BOUNCE, /* any other without a sender */
	CLASS_OTHER,
	QUEUE_CLASSES
};

/* Has its sender written to this recipient before? */
enum queue_novelty { NOVELTY_UNKNOWN, NOVELTY_KNOWN, NOVELTY_NEW };

#define QUEUED_LISTED 1000 /* limit queue: recipients of a message that are told by name */
#define QUEUED_NO_UID UINT32_MAX

struct queued_recipient {
	struct span address;
	bool done; /* delivered or given up already */
	uint8_t novelty; /* enum queue_novelty */
	struct span original; /* before aliases, where Postfix says so; empty: as ADDRESS is. Not packed */
};

struct queued {
	uint8_t server; /* enum mail_server */
	uint8_t state; /* enum queue_state */
	uint8_t door; /* enum queue_door */
	bool null_sender; /* a bounce or another message that nobody may answer */
	bool automatic; /* Auto-Submitted, or the server made it itself */
	struct qid id;
	struct span id_text;
	struct span queue; /* a named queue of Exim, else empty */
	int64_t arrival, frozen; /* frozen: since */
	uint64_t size;
	struct span sender;
	struct queued_recipient *recipients;
	uint32_t nlisted, nrecipients, ndone;

	struct span login; /* of SMTP AUTH */
	uint32_t uid; /* who handed it over on this server, or QUEUED_NO_UID */
	struct span user; /* his name as the server wrote it (Exim) */
	struct span client, helo, protocol;
	char login_grade, uid_grade, client_grade;

	struct span subject, message_id;
	struct span script; /* X-PHP-Script or X-PHP-Originating-Script: grade C, the script may write what it likes */
	struct span reason; /* why it still waits, in another server's words; empty: none is kept, or nobody asked */

	uint8_t class; /* enum queue_class */
	uint32_t accused; /* whose spam it is: 1 + his row in the inquiry; 0 = nobody's */
	uint32_t asked; /* 1 + which of the senders that were asked about it is of; 0: nobody was asked about */
	uint32_t nnew, nknown; /* recipients */

	const char *damage; /* what is wrong with the file, static; NULL = nothing. Then no fact above names anybody. */
	uint64_t inode, file_size; /* of the spool file, to know it again */
	int64_t mtime;
	uint32_t mtime_nsec;
};

const char *mail_server_name(enum mail_server server);
const char *queue_state_name(enum queue_state state);
const char *queue_door_name(enum queue_door door);
const char *queue_class_name(enum queue_class class);
/* By an operator or by spamtrail: it goes on when somebody says so. Exim's frozen is not that. */
bool queued_is_held(const struct queued *q);

/* Flat bytes and back; unpacking checks every length, count and number. At most RECIPIENTS are packed by name. */
void queued_pack(const struct queued *q, uint32_t recipients, struct buf *out);
struct unpacker;
/* LIST has room for QUEUED_LISTED. false: the bytes make no sense. Texts lie in the bytes. */
bool queued_unpack(struct unpacker *u, struct queued_recipient *list, struct queued *ret);

#endif
