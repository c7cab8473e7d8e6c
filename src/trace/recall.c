/* recall - see recall.h. Found by looking through all: only a line worth keeping as evidence is ever looked for. */
#include "trace/recall.h"

#define RECALL_AHEAD 256 /* bytes that most lines fill, and what is told of them */

void recall_put(struct recall *r, struct qid id, const struct log_at *at, int64_t time, struct span line)
{
	uint32_t index = r->next++ % RECALL_LINES;
	struct recalled *to = &r->line[index];

	/* all but the newest few lie in a far cache */
	for (size_t i = 0; i < RECALL_AHEAD; i += 64)
		__builtin_prefetch((const char *)&r->line[(index + 1) % RECALL_LINES] + i, 1);
	line = span_head(line, RECALL_TEXT);
	r->id[index] = id;
	to->at = *at;
	to->time = time;
	to->len = (uint32_t)line.n;
	memcpy(to->text, line.p, line.n);
}

const struct recalled *recall_find(const struct recall *r, struct qid id)
{
	for (uint32_t i = 1; i <= RECALL_LINES && i <= r->next; i++) {
		uint32_t index = (r->next - i) % RECALL_LINES;

		if (qid_eq(r->id[index], id))
			return &r->line[index];
	}
	return NULL;
}
