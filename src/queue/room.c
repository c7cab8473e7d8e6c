/*
 * room - see room.h.
 *
 * Promises: nothing here allocates or fails. A text without room is empty, a recipient without room still
 * counts, and a message that was found damaged names nobody: whoever could write into the file chose these
 * names.
 *
 * TRUST: every byte is a stranger's. Headers are the suspect's: what they say is grade C.
 */
#include "queue/room.h"

void room_start(struct room *r, enum mail_server server)
{
	r->q = (struct queued){ .server = (uint8_t)server, .uid = QUEUED_NO_UID, .recipients = r->list };
	r->used = 0;
}

struct span room_keep(struct room *r, struct span s)
{
	char *to = r->text + r->used;

	s = span_head(s, ROOM_FIELD);
	if (s.n == 0 || s.n > ROOM_TEXT - r->used)
		return SPAN_NONE;
	memcpy(to, s.p, s.n);
	r->used += s.n;
	return span_of(to, s.n);
}

void room_recipient(struct room *r, struct span address, bool done)
{
	struct queued *q = &r->q;

	/* a list that has ended stays ended, or the count would not be that of what follows */
	if (q->nlisted == q->nrecipients && q->nlisted < QUEUED_LISTED) {
		struct span kept = room_keep(r, address);

		if (kept.n || address.n == 0)
			r->list[q->nlisted++] = (struct queued_recipient){ .address = kept, .done = done };
	}
	q->nrecipients++;
	q->ndone += done;
}

void room_damaged(struct room *r, const char *why)
{
	struct queued *q = &r->q;

	if (!q->damage)
		q->damage = why;
	/* sender and subject stay to be shown: they accuse nobody */
	q->login = q->user = q->client = SPAN_NONE;
	q->uid = QUEUED_NO_UID;
	q->login_grade = q->uid_grade = q->client_grade = 0;
}

bool room_is_name(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && s.n <= ROOM_FIELD;
}

/* The value of HEADER where it is called NAME (with its colon), in any case. */
static bool is_header(struct span header, struct span name, struct span *ret_value)
{
	if (header.n < name.n || !span_eq_nocase(span_head(header, name.n), name))
		return false;
	*ret_value = span_trim(span_from(header, name.n));
	return true;
}

void room_header(struct room *r, struct span header)
{
	struct queued *q = &r->q;
	struct span value;

	switch (header.n ? header.p[0] | 0x20 : 0) {
	case 's':
		if (!q->subject.n && is_header(header, SPAN("Subject:"), &value))
			q->subject = room_keep(r, value);
		break;
	case 'm':
		if (!q->message_id.n && is_header(header, SPAN("Message-ID:"), &value))
			q->message_id = room_keep(r, value);
		break;
	case 'x':
		if (!q->script.n && (is_header(header, SPAN("X-PHP-Script:"), &value) ||
				     is_header(header, SPAN("X-PHP-Originating-Script:"), &value)))
			q->script = room_keep(r, value);
		break;
	case 'a':
		if (is_header(header, SPAN("Auto-Submitted:"), &value) && !span_eq_nocase(value, SPAN("no")))
			q->automatic = true;
		break;
	default:
		break;
	}
}

static bool is_loopback(struct span ip)
{
	return span_starts(ip, SPAN("127.")) || span_eq(ip, SPAN("::1")) ||
	       span_starts(ip, SPAN("::ffff:127."));
}

void room_finish(struct room *r)
{
	struct queued *q = &r->q;

	if (q->damage)
		q->door = DOOR_UNKNOWN;
	else if (q->login.n)
		q->door = DOOR_AUTH;
	else if (q->client.n)
		q->door = is_loopback(q->client) ? DOOR_LOOPBACK : DOOR_SMTP;
	else if (q->null_sender && (q->uid == QUEUED_NO_UID || q->automatic))
		q->door = DOOR_BOUNCE;
	else if (q->uid != QUEUED_NO_UID)
		q->door = DOOR_LOCAL;
	q->id = qid_pack(q->id_text);
}
