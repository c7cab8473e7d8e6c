/*
 * fuzz_postfix_spool - any bytes as a Postfix queue file: counts agree, texts lie in the room, damage names nobody, and what is packed
 * comes out again.
 */
#include "base/pack.h"
#include "queue/files.h"
#include "queue/room.h"
#include "queue/window.h"

#include <stdlib.h>

static void must(bool good)
{
	if (!good)
		abort();
}

static void inside(const struct room *r, struct span s)
{
	must(s.n == 0 || (s.p >= r->text && s.p + s.n <= r->text + ROOM_TEXT));
}

static void check(const struct room *r)
{
	static struct queued_recipient list[QUEUED_LISTED];
	const struct queued *q = &r->q;
	struct buf b = BUF_MAX(4 << 20);
	struct unpacker u;
	struct queued out;

	must(q->nlisted <= q->nrecipients && q->ndone <= q->nrecipients && q->nlisted <= QUEUED_LISTED);
	inside(r, q->sender);
	inside(r, q->login);
	inside(r, q->user);
	inside(r, q->client);
	inside(r, q->subject);
	for (uint32_t i = 0; i < q->nlisted; i++)
		inside(r, q->recipients[i].address);
	if (q->damage)
		must(!q->login.n && !q->user.n && q->uid == QUEUED_NO_UID && !q->login_grade &&
		     !q->uid_grade);
	must(!q->login.n || (q->login_grade && room_is_name(q->login)));
	queued_pack(q, QUEUED_LISTED, &b);
	u = (struct unpacker){ .left = buf_view(&b) };
	must(queued_unpack(&u, list, &out) && u.left.n == 0);
	must(span_eq(out.login, q->login) && out.uid == q->uid && out.nrecipients == q->nrecipients);
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct room *room;
	char *copy = malloc(size + !size);
	struct window w;

	if (!room)
		room = malloc(sizeof(*room));
	must(copy && room);
	memcpy(copy, data, size);
	room_start(room, SERVER_POSTFIX);
	room->q.id_text = room_keep(room, SPAN("1xXDax-00005S-2L"));
	window_memory(&w, span_of(copy, size));
	postfix_file(&w, room);
	check(room);
	free(copy);
	return 0;
}
