/* queued - see queued.h. TRUST: what is unpacked comes from a process that has read foreign spool files. */
#include "model/queued.h"

#include "base/pack.h"

const char *mail_server_name(enum mail_server server)
{
	return server == SERVER_POSTFIX ? "postfix" : "exim";
}

const char *queue_state_name(enum queue_state state)
{
	static const char *const names[QUEUE_STATES] = { "incoming", "active",	"deferred", "hold",
							 "corrupt",  "waiting", "frozen" };

	return names[state];
}

const char *queue_door_name(enum queue_door door)
{
	static const char *const names[QUEUE_DOORS] = { "unknown",  "auth", "local",
							"loopback", "smtp", "bounce" };

	return names[door];
}

const char *queue_class_name(enum queue_class class)
{
	static const char *const names[QUEUE_CLASSES] = { "unknown", "spam", "bounces_of_spam", "bounces",
							  "other" };

	return names[class];
}

bool queued_is_held(const struct queued *q)
{
	return q->state == QUEUE_HOLD || span_eq(q->queue, SPAN("spamtrail"));
}

void queued_pack(const struct queued *q, uint32_t recipients, struct buf *out)
{
	struct packer p = { .out = out };
	const struct span texts[] = { q->id_text, q->queue,	 q->sender, q->login,
				      q->user,	  q->client,	 q->helo,   q->protocol,
				      q->subject, q->message_id, q->script, q->reason };
	uint32_t n = q->nlisted < recipients ? q->nlisted : recipients;

	pack_u8(&p, q->server);
	pack_u8(&p, q->state);
	pack_u8(&p, q->door);
	pack_u8(&p, q->class);
	pack_u8(&p, q->null_sender);
	pack_u8(&p, q->automatic);
	pack_u8(&p, (uint8_t)q->login_grade);
	pack_u8(&p, (uint8_t)q->uid_grade);
	pack_u8(&p, (uint8_t)q->client_grade);
	pack_i64(&p, q->arrival);
	pack_i64(&p, q->frozen);
	pack_u64(&p, q->size);
	pack_u32(&p, q->uid);
	pack_u64(&p, q->inode);
	pack_u64(&p, q->file_size);
	pack_i64(&p, q->mtime);
	pack_u32(&p, q->mtime_nsec);
	pack_u32(&p, q->accused);
	pack_u32(&p, q->asked);
	pack_u32(&p, q->nnew);
	pack_u32(&p, q->nknown);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		pack_span(&p, texts[i]);
	pack_span(&p, span_str(q->damage ? q->damage : ""));
	pack_u32(&p, q->nrecipients);
	pack_u32(&p, q->ndone);
	pack_u32(&p, n);
	for (uint32_t i = 0; i < n; i++) {
		pack_u8(&p, q->recipients[i].done);
		pack_u8(&p, q->recipients[i].novelty);
		pack_span(&p, q->recipients[i].address);
	}
}

static char grade_of(struct unpacker *u)
{
	uint8_t g = unpack_u8(u);

	u->failed |= g && (g < 'A' || g > 'C');
	return (char)g;
}

static uint8_t below(struct unpacker *u, unsigned most)
{
	uint8_t v = unpack_u8(u);

	u->failed |= v >= most;
	return v < most ? v : 0;
}

static void unpack_numbers(struct unpacker *u, struct queued *q)
{
	q->server = below(u, MAIL_SERVERS);
	q->state = below(u, QUEUE_STATES);
	q->door = below(u, QUEUE_DOORS);
	q->class = below(u, QUEUE_CLASSES);
	q->null_sender = unpack_bool(u);
	q->automatic = unpack_bool(u);
	q->login_grade = grade_of(u);
	q->uid_grade = grade_of(u);
	q->client_grade = grade_of(u);
	q->arrival = unpack_i64(u);
	q->frozen = unpack_i64(u);
	q->size = unpack_u64(u);
	q->uid = unpack_u32(u);
	q->inode = unpack_u64(u);
	q->file_size = unpack_u64(u);
	q->mtime = unpack_i64(u);
	q->mtime_nsec = unpack_u32(u);
	q->accused = unpack_u32(u);
	q->asked = unpack_u32(u);
	q->nnew = unpack_u32(u);
	q->nknown = unpack_u32(u);
}

bool queued_unpack(struct unpacker *u, struct queued_recipient *list, struct queued *ret)
{
	struct queued q = { .recipients = list };
	struct span *texts[] = { &q.id_text, &q.queue,	  &q.sender,  &q.login,	     &q.user,	&q.client,
				 &q.helo,    &q.protocol, &q.subject, &q.message_id, &q.script, &q.reason };

	unpack_numbers(u, &q);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = unpack_span(u);
	/* the sentence itself is only for the process that wrote it */
	if (unpack_span(u).n)
		q.damage = "damaged";
	q.nrecipients = unpack_u32(u);
	q.ndone = unpack_u32(u);
	q.nlisted = unpack_count(u, QUEUED_LISTED);
	for (uint32_t i = 0; i < q.nlisted; i++) {
		list[i].done = unpack_bool(u);
		list[i].novelty = below(u, NOVELTY_NEW + 1);
		list[i].address = unpack_span(u);
	}
	if (u->failed || q.nlisted > q.nrecipients || q.ndone > q.nrecipients || q.nnew > q.nrecipients ||
	    q.nknown > q.nrecipients)
		return false;
	q.id = qid_pack(q.id_text);
	*ret = q;
	return true;
}
