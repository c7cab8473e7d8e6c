/*
 * postqueue - see postqueue.h. postqueue(1), "JSON output format": queue_name, queue_id, arrival_time, message_size,
 * sender, recipients[] with address and delay_reason; unknown members are passed over. The JSON is json-c's to read.
 *
 * TRUST: postqueue prints what the queue holds, so every text is foreign; no id of an unknown form is taken.
 */
#include "queue/postqueue.h"

#include "queue/files.h"
#include "queue/reason.h"
#include "queue/room.h"
#include "queue/window.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_MOST ((size_t)8 << 20)
#define BYTES_MOST ((uint64_t)1 << 30) /* limit queue, bytes: of what postqueue -j says */
/* message, recipients, recipient: three are in use */
#define DEPTH_MOST 8

static struct span text_of(struct json_object *o, const char *key)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_string))
		return SPAN_NONE;
	return span_of(json_object_get_string(v), (size_t)json_object_get_string_len(v));
}

static int64_t number_of(struct json_object *o, const char *key)
{
	struct json_object *v;
	int64_t n = json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_int)
			    ? json_object_get_int64(v)
			    : 0;

	return n > 0 ? n : 0;
}

static bool state_of(struct span name, uint8_t *ret)
{
	for (int s = QUEUE_INCOMING; s <= QUEUE_CORRUPT; s++)
		if (span_eq(name, span_str(queue_state_name((enum queue_state)s)))) {
			*ret = (uint8_t)s;
			return true;
		}
	return false;
}

static bool fill(struct json_object *o, struct room *room)
{
	struct queued *q = &room->q;
	struct json_object *list;

	room_start(room, SERVER_POSTFIX);
	q->id_text = room_keep(room, text_of(o, "queue_id"));
	if (!queue_is_id(q->id_text) || !state_of(text_of(o, "queue_name"), &q->state))
		return false;
	q->arrival = number_of(o, "arrival_time");
	q->size = (uint64_t)number_of(o, "message_size");
	q->sender = room_keep(room, text_of(o, "sender"));
	/* postqueue writes the null sender as this word */
	q->null_sender = !q->sender.n || span_eq(q->sender, SPAN("MAILER-DAEMON"));
	if (q->null_sender)
		q->sender = SPAN_NONE;
	if (!json_object_object_get_ex(o, "recipients", &list) || !json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *r = json_object_array_get_idx(list, i);

		if (!json_object_is_type(r, json_type_object))
			continue;
		room_recipient(room, text_of(r, "address"), false);
		if (!q->reason.n)
			q->reason = span_head(room_keep(room, text_of(r, "delay_reason")), REASON_MOST);
	}
	room_finish(room);
	/* nothing here says by which door it came */
	q->door = q->null_sender ? DOOR_BOUNCE : DOOR_UNKNOWN;
	return true;
}

bool postqueue_line(struct span line, struct room *room)
{
	struct json_tokener *t = json_tokener_new_ex(DEPTH_MOST);
	struct json_object *o;
	bool good;

	if (!t || line.n > LINE_MOST)
		return false;
	o = json_tokener_parse_ex(t, line.p, (int)line.n);
	good = o && json_tokener_get_error(t) == json_tokener_success &&
	       json_object_is_type(o, json_type_object) && fill(o, room);
	if (o)
		json_object_put(o);
	json_tokener_free(t);
	return good;
}

struct lines {
	queue_visit *visit;
	void *ctx;
	struct queue_tally tally;
	struct room *room;
	bool stopped;
};

static void take_line(struct lines *l, struct span line)
{
	struct queue_tally *t = &l->tally;

	if (!line.n || l->stopped)
		return;
	if (!postqueue_line(line, l->room)) {
		if (t->damaged++ == 0)
			snprintf(t->first_damaged, sizeof(t->first_damaged),
				 "postqueue: a line that is no message");
		return;
	}
	t->messages++;
	t->by_state[l->room->q.state]++;
	l->stopped = !l->visit(l->ctx, &l->room->q);
}

int postqueue_read(int fd, queue_visit *visit, void *ctx, struct queue_tally *ret_tally, struct err *err)
{
	struct lines l = { .visit = visit, .ctx = ctx, .room = xmalloc(sizeof(*l.room)) };
	struct buf line = BUF_MAX(LINE_MOST);
	char block[65536];
	uint64_t bytes = 0;
	ssize_t n = 0;

	while (!l.stopped && bytes < BYTES_MOST &&
	       ((n = read(fd, block, sizeof(block))) > 0 || errno == EINTR)) {
		struct span s = span_of(block, n > 0 ? (size_t)n : 0);
		ptrdiff_t end;

		if (n == 0)
			break;
		bytes += s.n;
		while ((end = span_find(s, 0, '\n')) >= 0) {
			buf_add(&line, s.p, (size_t)end);
			take_line(&l, line.over ? SPAN("?") : buf_view(&line));
			line.n = 0;
			line.over = false;
			s = span_from(s, (size_t)end + 1);
		}
		buf_span(&line, s);
	}
	take_line(&l, line.over ? SPAN("?") : buf_view(&line));
	l.tally.too_many = bytes >= BYTES_MOST;
	buf_free(&line);
	free(l.room);
	if (n < 0)
		return err_sys(err, EXIT_IO, "postqueue cannot be read");
	*ret_tally = l.tally;
	return 0;
}
