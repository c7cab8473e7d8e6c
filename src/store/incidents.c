/*
 * incidents - an incident keeps its id while a sender and an overlapping time agree; no id is given twice.
 *
 * An id is the day it began and a letter (1123a). Rows are never deleted, since an old report may name them.
 *
 * TRUST: times and senders come from the confined reader, checked in form by inquiry_unpack; ids come from
 * our own rows, each with its sum.
 */
#include "base/pack.h"
#include "store/internal.h"

#define SENDERS_BYTES (1u << 20)
#define DAY_CHARS 4
#define LETTERS 26
#define ID_BYTES sizeof(((struct incident *)0)->id)

struct known {
	int64_t n, since, last;
	char id[ID_BYTES];
	struct buf senders;
};

static int64_t last_of(const struct inquiry *q, const struct incident *in)
{
	int64_t last = in->since;

	for (size_t i = 0; i < in->nrows; i++)
		if (q->rows[in->rows[i]].last > last)
			last = q->rows[in->rows[i]].last;
	return last;
}

static void pack_sender(struct buf *out, const struct row *row)
{
	struct packer p = { .out = out };

	pack_u8(&p, (uint8_t)row->kind);
	pack_span(&p, row->id);
	pack_span(&p, row->account);
}

static bool has_sender(struct span senders, const struct row *row)
{
	struct unpacker u = { .left = senders };

	while (u.left.n && !u.failed) {
		uint8_t kind = unpack_u8(&u);
		struct span id = unpack_span(&u);
		struct span account = unpack_span(&u);

		if (!u.failed && kind == row->kind && span_eq(id, row->id) && span_eq(account, row->account))
			return true;
	}
	return false;
}

uint64_t incident_sum(struct span id, int64_t since, int64_t last, struct span senders)
{
	return store_sum(senders, since, last) + store_sum(id, 0, 0);
}

int incidents_verify(struct store *s, struct err *err)
{
	struct query q = query_new(s, "SELECT id, since, last, senders, sum FROM incident");
	bool sound = true;

	while (query_row(&q))
		sound = sound && query_get_blob(&q, 0).n < ID_BYTES &&
			incident_sum(query_get_blob(&q, 0), query_get_int(&q, 1), query_get_int(&q, 2),
				     query_get_blob(&q, 3)) == (uint64_t)query_get_int(&q, 4);
	if (query_end(&q, s, err) < 0)
		return -err->code;
	return sound ? 0 : err_set(err, EXIT_IO, "an incident's sum is wrong");
}

static bool id_taken(const struct inquiry *q, size_t before, struct span id)
{
	for (size_t i = 0; i < before; i++)
		if (span_eq(incident_id(&q->incidents[i]), id))
			return true;
	return false;
}

/* The oldest incident that shares a sender and a time with incident INDEX, and that none before it took. */
static bool find_known(struct store *s, const struct inquiry *q, size_t index, struct known *ret)
{
	const struct incident *in = &q->incidents[index];
	struct query query = query_new(s, "SELECT n, id, since, last, senders FROM incident "
					  "WHERE last >= ? AND since <= ? ORDER BY n");
	bool found = false;

	query_int(&query, in->since);
	query_int(&query, last_of(q, in));
	while (!found && query_row(&query)) {
		struct span senders = query_get_blob(&query, 4);
		struct span id = query_get_blob(&query, 1);

		for (size_t i = 0; i < in->nrows && !found; i++)
			found = has_sender(senders, &q->rows[in->rows[i]]);
		found = found && !id_taken(q, index, id) && id.n < ID_BYTES;
		if (!found)
			continue;
		*ret = (struct known){ .n = query_get_int(&query, 0),
				       .since = query_get_int(&query, 2),
				       .last = query_get_int(&query, 3),
				       .senders = BUF_MAX(SENDERS_BYTES) };
		memcpy(ret->id, id.p, id.n);
		buf_span(&ret->senders, senders);
	}
	query_end(&query, s, NULL);
	return found;
}

static void name_number(char id[ID_BYTES], unsigned number)
{
	if (number < LETTERS)
		snprintf(id + DAY_CHARS, ID_BYTES - DAY_CHARS, "%c", 'a' + (int)number);
	else
		snprintf(id + DAY_CHARS, ID_BYTES - DAY_CHARS, "z%u", number - LETTERS + 1);
}

static bool id_known(struct store *s, struct span id)
{
	struct query q = query_new(s, "SELECT 1 FROM incident WHERE id = ?");
	bool known;

	query_blob(&q, id);
	known = query_row(&q);
	query_end(&q, s, NULL);
	return known;
}

/* The first name of the day that is unused, here and in the store. The reader gave the day. */
static void name_new(struct store *s, const struct inquiry *q, size_t index)
{
	struct incident *in = &q->incidents[index];
	unsigned number = 0;

	for (unsigned i = 0; i < DAY_CHARS; i++)
		in->id[i] = in->id[i] ? in->id[i] : '0';
	do
		name_number(in->id, number++);
	while (id_taken(q, index, incident_id(in)) || id_known(s, incident_id(in)));
}

static int put(struct store *s, const struct incident *in, const struct known *k, struct err *err)
{
	struct query q =
		query_new(s, k->n ? "UPDATE incident SET id = ?, since = ?, last = ?, senders = ?, sum = ? "
				    "WHERE n = ?"
				  : "INSERT INTO incident(id, since, last, senders, sum) VALUES(?,?,?,?,?)");

	query_blob(&q, incident_id(in));
	query_int(&q, k->since);
	query_int(&q, k->last);
	query_blob(&q, buf_view(&k->senders));
	query_int(&q, (int64_t)incident_sum(incident_id(in), k->since, k->last, buf_view(&k->senders)));
	if (k->n)
		query_int(&q, k->n);
	query_row(&q);
	return query_end(&q, s, err);
}

static int keep(struct store *s, const struct inquiry *q, size_t index, struct known *k, struct err *err)
{
	const struct incident *in = &q->incidents[index];
	int64_t last = last_of(q, in);

	k->since = k->n && k->since < in->since ? k->since : in->since;
	k->last = k->last > last ? k->last : last;
	for (size_t i = 0; i < in->nrows; i++)
		if (!has_sender(buf_view(&k->senders), &q->rows[in->rows[i]])) {
			size_t before = k->senders.n;

			pack_sender(&k->senders, &q->rows[in->rows[i]]);
			if (k->senders.over)
				k->senders.n = before;
		}
	return put(s, in, k, err);
}

/* As pack_sender wrote them, each perhaps more than once to the eye and once to the store. */
static size_t unpack_senders(struct span packed, struct arena *a, struct row **ret_rows)
{
	struct unpacker u = { .left = arena_span(a, packed) };
	struct row *rows = arena_alloc(a, (INCIDENT_ROWS_MOST + 1) * sizeof(*rows));
	size_t n = 0;

	while (u.left.n && n < INCIDENT_ROWS_MOST) {
		struct row r = { .kind = unpack_u8(&u) % SENDER_KINDS };

		r.id = unpack_span(&u);
		r.account = unpack_span(&u);
		if (u.failed)
			break;
		rows[n++] = r;
	}
	*ret_rows = rows;
	return n;
}

int store_incident(struct store *s, struct span id, struct arena *a, struct store_incident *ret,
		   struct err *err)
{
	struct query q = query_new(s, "SELECT since, last, senders FROM incident WHERE id = ?");
	bool found = false;

	query_blob(&q, id);
	if (query_row(&q)) {
		found = true;
		ret->since = query_get_int(&q, 0);
		ret->last = query_get_int(&q, 1);
		ret->nrows = unpack_senders(query_get_blob(&q, 2), a, &ret->rows);
	}
	if (query_end(&q, s, err) < 0)
		return -err->code;
	return found;
}

int incidents_name(struct store *s, struct inquiry *q, struct err *err)
{
	struct incident *named = q->incidents;
	size_t n = q->nincidents;
	struct known *known = xcalloc(n + 1, sizeof(*known));
	struct incident *work = xcalloc(n + 1, sizeof(*work));
	int rc = 0;

	if (n)
		memcpy(work, named, n * sizeof(*work));
	q->incidents = work;
	/* first those that go on, so that no new one takes their name */
	for (size_t i = 0; i < n; i++) {
		known[i].senders = BUF_MAX(SENDERS_BYTES);
		if (find_known(s, q, i, &known[i]))
			memcpy(work[i].id, known[i].id, ID_BYTES);
		else
			work[i].id[DAY_CHARS] = '\0';
	}
	for (size_t i = 0; i < n; i++) {
		if (!known[i].n)
			name_new(s, q, i);
		if (rc == 0)
			rc = keep(s, q, i, &known[i], err);
		buf_free(&known[i].senders);
	}
	q->incidents = named;
	if (rc == 0 && n)
		memcpy(named, work, n * sizeof(*work));
	free(known);
	free(work);
	return rc;
}
