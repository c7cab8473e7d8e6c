/*
 * rows - see rows.h. A block is the number of texts that are new, these texts, and rows, each behind its length.
 *
 * TRUST: blocks come from the confined reader, which an attacker may have taken over. Each row is unpacked once when
 * it comes, so that one wrong byte refuses the whole, and a walk later on meets only what was found good.
 */
#include "model/rows.h"

#include <stdlib.h>

/* A row's lists are bounded in trace/; more bytes than this for one is nonsense. */
#define ROW_BYTES_MOST (1u << 20)
/* More rows than this are not unpacked for good, whatever they say of themselves. */
#define TOLD_MOST 100000
/* Rows share an arena until it is as big as this: most are smaller than its smallest block. */
#define ARENA_ENOUGH (64u << 10)

static void code_short_counts(struct codec *c, struct counts *v)
{
	code_short(c, &v->messages);
	code_short(c, &v->recipients);
	code_short(c, &v->delivered);
	code_short(c, &v->deferred);
	code_short(c, &v->bounced);
	code_short(c, &v->bytes);
}

static void code_column(struct codec *c, struct column *v)
{
	code_short_u32(c, &v->at);
	code_short_u32(c, &v->messages);
	code_refuse_if(c, v->at >= INQUIRY_SPARK);
}

static void code_place(struct codec *c, struct place *v)
{
	code_short_span(c, &v->path);
	code_short(c, &v->messages);
	code_grade(c, &v->grade);
}

static void code_client(struct codec *c, struct client *v)
{
	code_short_span(c, &v->ip);
	code_short(c, &v->messages);
}

static void code_reason(struct codec *c, struct reason *v)
{
	code_shared(c, &v->signal);
	code_short_fixed(c, &v->value);
	code_short_fixed(c, &v->usual);
	code_short_fixed(c, &v->weight);
	code_shared(c, &v->text);
}

static void code_row_evidence(struct codec *c, struct evidence *v)
{
	code_grade(c, &v->grade);
	code_shared(c, &v->file);
	code_short(c, &v->line);
	code_short(c, &v->offset);
	code_short_span(c, &v->text);
	code_shared(c, &v->claim);
}

/* Ahead of all lists, so that a walk over heads need not read them. */
static void code_head(struct codec *c, struct row *v)
{
	v->kind = code_enum(c, v->kind, SENDER_KINDS);
	code_short_span(c, &v->id);
	code_short_span(c, &v->account);
	v->verdict = code_enum(c, v->verdict, VERDICT_COMPROMISED + 1);
	code_short_fixed(c, &v->score);
	code_short_fixed(c, &v->confidence);
	code_short_time(c, &v->since);
	code_short_time(c, &v->first);
	code_short_time(c, &v->last);
	code_grade(c, &v->grade);
	code_bool(c, &v->trusted);
	code_bool(c, &v->sending);
	code_shared(c, &v->aside);
	code_short_span(c, &v->uid_text);
	code_short_counts(c, &v->counts);
	code_short(c, &v->queued);
	code_short(c, &v->clients_total);
	CODE_SHORT_LIST(c, v->history, v->nhistory, 2, code_column);
}

void code_row(struct codec *c, struct row *v)
{
	code_head(c, v);
	CODE_SHORT_LIST(c, v->places, v->nplaces, 3, code_place);
	CODE_SHORT_LIST(c, v->clients, v->nclients, 2, code_client);
	CODE_SHORT_LIST(c, v->reasons, v->nreasons, 5, code_reason);
	CODE_SHORT_LIST(c, v->evidence, v->nevidence, 6, code_row_evidence);
	CODE_SHORT_LIST(c, v->subjects, v->nsubjects, 1, code_short_span);
}

/* --- packing ------------------------------------------------------------------------------------- */

void row_packer_free(struct row_packer *p)
{
	texts_free(&p->texts);
	buf_free(&p->rows);
	buf_free(&p->one);
}

void row_packer_add(struct row_packer *p, const struct row *row)
{
	struct packer one = { .out = &p->one };
	struct packer to = { .out = &p->rows };
	struct codec c = { .to = &one, .texts = &p->texts };

	p->one.max = p->rows.max;
	p->one.n = 0;
	/* A packing codec only reads. */
	code_row(&c, (struct row *)row);
	p->rows.over |= p->one.over;
	pack_short(&to, p->one.n);
	buf_span(&p->rows, buf_view(&p->one));
}

void row_packer_take(struct row_packer *p, struct buf *out)
{
	struct packer to = { .out = out };

	pack_short(&to, p->texts.n - p->sent);
	for (; p->sent < p->texts.n; p->sent++) {
		pack_short(&to, p->texts.text[p->sent].n);
		buf_span(out, p->texts.text[p->sent]);
	}
	buf_span(out, buf_view(&p->rows));
	out->over |= p->rows.over;
	p->rows.n = 0;
}

/* --- unpacking ----------------------------------------------------------------------------------- */

static int refuse(struct err *err)
{
	return err_set(err, EXIT_SOFTWARE, "the reader's answer is damaged: nothing of it is used");
}

static struct span next_row(struct unpacker *u)
{
	uint64_t n = unpack_short(u);

	if (n > ROW_BYTES_MOST)
		u->failed = true;
	return unpack_bytes(u, n);
}

static void unpack_row(struct arena *a, struct span bytes, const struct texts *texts, struct row *ret_row,
		       struct unpacker *u)
{
	struct codec c = { .from = u, .arena = a, .texts = (struct texts *)texts };

	*u = (struct unpacker){ .left = bytes };
	*ret_row = (struct row){ .id = SPAN_NONE };
	code_row(&c, ret_row);
}

static void keep_told(struct packed_rows *rows, const struct row *row)
{
	if (rows->ntold == rows->told_room) {
		rows->told_room = rows->told_room ? rows->told_room * 2 : 16;
		rows->told = xrealloc(rows->told, rows->told_room * sizeof(*rows->told));
	}
	rows->told[rows->ntold++] = *row;
}

/* The arena of what is unpacked for a while; what it held before is over. */
static struct arena *fresh(struct arena *a)
{
	if (a && arena_bytes(a) < ARENA_ENOUGH)
		return a;
	arena_free(a);
	return arena_new();
}

/* False where it is damaged. What lies in MINE is over with the call. */
static bool take_row(struct packed_rows *rows, struct arena *a, struct arena *mine, struct span bytes)
{
	struct unpacker u;
	struct row row;
	bool good;

	unpack_row(mine, bytes, &rows->texts, &row, &u);
	good = unpack_done(&u);
	if (good && rows->ntold == rows->n && row.verdict >= VERDICT_SUSPECT && rows->ntold < TOLD_MOST) {
		unpack_row(a, bytes, &rows->texts, &row, &u);
		keep_told(rows, &row);
	}
	rows->n++;
	return good;
}

static void keep_block(struct packed_rows *rows, struct span left)
{
	if (left.n == 0)
		return;
	if (rows->nblocks == rows->room) {
		rows->room = rows->room ? rows->room * 2 : 16;
		rows->block = xrealloc(rows->block, rows->room * sizeof(*rows->block));
	}
	rows->block[rows->nblocks++] = left;
}

int packed_rows_take(struct packed_rows *rows, struct arena *a, struct span block, struct err *err)
{
	struct unpacker u = { .left = block };
	uint64_t texts = unpack_short(&u);
	struct arena *mine = NULL;

	for (; texts && !u.failed; texts--)
		if (!texts_add(&rows->texts, unpack_bytes(&u, unpack_short(&u))))
			u.failed = true;
	if (u.failed)
		return refuse(err);
	block = u.left;
	while (u.left.n && !u.failed) {
		struct span bytes = next_row(&u);

		mine = fresh(mine);
		if (!u.failed && !take_row(rows, a, mine, bytes))
			u.failed = true;
		/* what lies unpacked is not read again */
		if (rows->ntold == rows->n)
			block = u.left;
	}
	arena_free(mine);
	if (!unpack_done(&u))
		return refuse(err);
	keep_block(rows, block);
	return 0;
}

void packed_rows_free(struct packed_rows *rows)
{
	free(rows->block);
	free(rows->told);
	texts_free(&rows->texts);
	*rows = (struct packed_rows){ 0 };
}

/* --- reading ------------------------------------------------------------------------------------- */

size_t rows_all(const struct inquiry *q)
{
	return q->more ? q->more->n : q->nrows;
}

struct row_walk rows_walk(const struct inquiry *q, enum rows_part part)
{
	return (struct row_walk){ .q = q, .part = part };
}

void rows_stop(struct row_walk *w)
{
	arena_free(w->arena);
	w->arena = NULL;
	w->next = SIZE_MAX;
}

/* The bytes of the packed row that comes next; there is one. */
static struct span walk_on(struct row_walk *w)
{
	const struct packed_rows *rows = w->q->more;
	struct unpacker u = { 0 };
	struct span bytes;

	while (w->left.n == 0 && w->block < rows->nblocks)
		w->left = rows->block[w->block++];
	u.left = w->left;
	bytes = next_row(&u);
	if (u.failed)
		bug("a row that was good is not any more");
	w->left = u.left;
	return bytes;
}

const struct row *rows_next(struct row_walk *w)
{
	struct unpacker u = { 0 };
	struct codec c = { .from = &u };

	if (w->next >= rows_all(w->q)) {
		arena_free(w->arena);
		w->arena = NULL;
		return NULL;
	}
	if (w->next < w->q->nrows)
		return &w->q->rows[w->next++];
	u.left = walk_on(w);
	w->next++;
	w->arena = c.arena = fresh(w->arena);
	c.texts = (struct texts *)&w->q->more->texts;
	w->row = (struct row){ .id = SPAN_NONE };
	if (w->part == ROWS_HEADS)
		code_head(&c, &w->row);
	else
		code_row(&c, &w->row);
	return &w->row;
}

const struct row *rows_get(const struct inquiry *q, size_t index, struct arena *a)
{
	struct row_walk w = rows_walk(q, ROWS_WHOLE);
	struct unpacker u;
	struct row *row;

	if (index < q->nrows)
		return &q->rows[index];
	row = arena_alloc(a, sizeof(*row));
	for (w.next = q->nrows; w.next < index; w.next++)
		walk_on(&w);
	unpack_row(a, walk_on(&w), &q->more->texts, row, &u);
	return row;
}
