/*
 * complaint - one message about our mail: a complaint, a bounce, or neither. What spamtrail-mime finds in it.
 *
 * Everything is what somebody wrote (grade C), the original's own headers too: a complaint can be made up. What ties
 * it to a local sender is decided in tie.h and by the logs.
 */
#ifndef SPAMTRAIL_REPUTE_COMPLAINT_H
#define SPAMTRAIL_REPUTE_COMPLAINT_H

#include "base/span.h"

struct arena;
struct buf;
struct err;

enum mime_message {
	MIME_FILE = 1, /* to the helper: one descriptor */
	MIME_COMPLAINT, /* from it: one complaint */
	MIME_DONE, /* the file is over: u8 of enum mime_end, text of what it is not whole */
};

enum mime_end {
	MIME_UNREAD, /* more of it is there than was read: to read it again may help */
	MIME_WHOLE,
	MIME_DAMAGED, /* it is no mail, or cut: read again it says the same */
	MIME_ENDS
};

enum complaint_kind {
	COMPLAINT_ARF, /* RFC 5965 */
	COMPLAINT_HOTMAIL, /* a message attached, no machine-readable part */
	COMPLAINT_DSN, /* RFC 3464, Exim's, qmail's and others' own forms */
	COMPLAINT_XARF, /* JSON, version 3 or 4 */
	COMPLAINT_SPAMCOP,
	COMPLAINT_FORWARDED, /* a person's mail with our message in it, or an abuse desk's text */
	COMPLAINT_OTHER, /* nothing in it speaks of a message of ours */
	COMPLAINT_KINDS
};

/* The message that is complained about, by its own headers. */
struct original {
	struct span message_id, from, sender, subject;
	struct span php_script, php_originating, auth_sender, source_dir;
	struct span queue_id; /* X-Postfix-Queue-ID of a bounce, else empty */
	struct span *received;
	size_t nreceived; /* unfolded, topmost first */
	bool twice; /* it has two subjects or Message-IDs: which of them a log has cannot be known */
};

struct failure { /* one recipient of a bounce */
	struct span recipient, action, status, text;
};

struct complaint {
	uint32_t number; /* in its file, from 1 */
	uint32_t kind; /* enum complaint_kind */
	bool bounce; /* speaks of delivery, not of spam */
	struct span type; /* "abuse", "spam", "fraud" */
	struct span reporter, about, date; /* From, Subject and Date of the complaint itself */
	struct span source, reporting_mta; /* the address (or page) that is complained about; who bounced */
	struct original original;
	struct span *recipients;
	size_t nrecipients; /* all that are named, by any header */
	struct span *envelope;
	size_t nenvelope; /* those of them that a reporter or a server says it went to */
	struct failure *failures;
	size_t nfailures;
	struct span *hosts;
	size_t nhosts; /* IP addresses in its text, where it names its source nowhere else */
	struct span why; /* what is missing */
};

#define COMPLAINT_RECEIVED_MOST 40 /* limit complaints: Received fields of one message */
#define COMPLAINT_RECIPIENTS_MOST 100 /* limit complaints: recipients of one message */
#define COMPLAINT_HOSTS_MOST 200 /* limit complaints: addresses in the text of one message */
#define COMPLAINT_TEXT_MOST 2000 /* limit complaints, bytes: of one text of a complaint */

const char *complaint_kind_name(enum complaint_kind kind);
void complaint_pack(const struct complaint *c, struct buf *out);
int complaint_unpack(struct arena *a, struct span bytes, struct complaint *ret, struct err *err);

#endif
