/*
 * complaints - complaints and bounces that were tied to a sender, so that an incident knows of them later.
 *
 * TRUST: texts are a stranger's and a log's; they are kept as bytes. A row with a wrong sum damages the file.
 */
#include "base/codec.h"
#include "store/internal.h"

#define BODY_MOST (1u << 20)

static void code(struct codec *c, struct store_complaint *v)
{
	code_bool(c, &v->bounce);
	code_grade(c, &v->grade);
	v->kind = code_enum(c, v->kind, SENDER_KINDS);
	code_span(c, &v->id);
	code_span(c, &v->account);
	code_span(c, &v->what);
	code_span(c, &v->reporter);
	code_span(c, &v->recipient);
	code_span(c, &v->file);
	code_span(c, &v->text);
	code_u64(c, &v->line);
	code_u64(c, &v->offset);
}

bool complaint_sound(const struct packed_complaint *p)
{
	return store_sum(p->body, p->identity, p->at) == (uint64_t)p->sum;
}

int complaints_verify(struct store *s, struct err *err)
{
	struct query q = query_new(s, "SELECT identity, at, body, sum FROM complaint");
	bool sound = true;

	while (query_row(&q)) {
		struct packed_complaint p = { query_get_int(&q, 0), query_get_int(&q, 1),
					      query_get_blob(&q, 2), query_get_int(&q, 3) };

		sound = sound && complaint_sound(&p);
	}
	if (query_end(&q, s, err) < 0)
		return -err->code;
	return sound ? 0 : err_set(err, EXIT_IO, "a complaint's sum is wrong");
}

int complaint_put(struct store *s, const struct packed_complaint *p, struct err *err)
{
	struct query q =
		query_new(s, "INSERT OR REPLACE INTO complaint(identity, at, body, sum) VALUES(?,?,?,?)");

	query_int(&q, p->identity);
	query_int(&q, p->at);
	query_blob(&q, p->body);
	query_int(&q, p->sum);
	query_row(&q);
	return query_end(&q, s, err);
}

static bool is_known(struct store *s, int64_t identity)
{
	struct query q = query_new(s, "SELECT 1 FROM complaint WHERE identity = ?");
	bool known;

	query_int(&q, identity);
	known = query_row(&q);
	query_end(&q, s, NULL);
	return known;
}

static int put_one(struct store *s, struct store_complaint *c, struct err *err)
{
	struct buf body = BUF_MAX(BODY_MOST);
	struct packer packer = { .out = &body };
	struct codec to = { .to = &packer };
	struct store_complaint copy = *c;
	struct packed_complaint p = { .identity = (int64_t)c->identity, .at = c->at };
	int rc;

	c->is_new = !is_known(s, p.identity);
	code(&to, &copy);
	p.body = buf_view(&body);
	p.sum = (int64_t)store_sum(p.body, p.identity, p.at);
	rc = body.over ? 0 : complaint_put(s, &p, err);
	buf_free(&body);
	return rc;
}

static int drop_oldest(struct store *s, struct err *err)
{
	struct query q = query_new(s, "DELETE FROM complaint WHERE identity NOT IN (SELECT identity FROM "
				      "complaint ORDER BY at DESC LIMIT ?)");

	query_int(&q, STORE_COMPLAINTS_MOST);
	query_row(&q);
	return query_end(&q, s, err);
}

int store_complaints_put(struct store *s, struct store_complaint *list, size_t n, struct err *err)
{
	int rc = store_run(s, "BEGIN IMMEDIATE", err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = put_one(s, &list[i], err);
	if (rc == 0)
		rc = drop_oldest(s, err);
	if (rc == 0)
		rc = store_run(s, "COMMIT", err);
	if (rc < 0)
		store_run(s, "ROLLBACK", NULL);
	return rc;
}

int store_complaints(struct store *s, int64_t since, int64_t until, struct arena *a,
		     struct store_complaint **ret_list, size_t *ret_n, struct err *err)
{
	struct store_complaint *list = arena_alloc(a, (STORE_COMPLAINTS_MOST + 1) * sizeof(*list));
	struct query q = query_new(s, "SELECT identity, at, body FROM complaint WHERE at >= ? AND at <= ? "
				      "ORDER BY at, identity LIMIT ?");
	size_t n = 0;

	query_int(&q, since);
	query_int(&q, until);
	query_int(&q, STORE_COMPLAINTS_MOST);
	while (query_row(&q)) {
		struct unpacker u = { .left = arena_span(a, query_get_blob(&q, 2)) };
		struct codec from = { .from = &u, .arena = a };
		struct store_complaint c = { .identity = (uint64_t)query_get_int(&q, 0),
					     .at = query_get_int(&q, 1) };

		code(&from, &c);
		if (unpack_done(&u) && n < STORE_COMPLAINTS_MOST)
			list[n++] = c;
	}
	if (query_end(&q, s, err) < 0)
		return -err->code;
	*ret_list = list;
	*ret_n = n;
	return 0;
}
