/*
 * listings - which address was on which DNS list, since when, and when it was clean again.
 *
 * A list that did not answer changes nothing: only listed and clean are facts.
 *
 * TRUST: addresses and lists are the operator's words or our data; a row with a wrong sum damages the file.
 */
#include "store/internal.h"

#include "base/arena_more.h"

uint64_t listing_sum(const struct store_listing *l)
{
	return store_sum(l->address, l->since, l->cleared) + store_sum(l->list, 0, 0);
}

int listings_verify(struct store *s, struct err *err)
{
	struct query q = query_new(s, "SELECT address, list, since, cleared, sum FROM listing");
	bool sound = true;

	while (query_row(&q)) {
		struct store_listing l = { .address = query_get_blob(&q, 0),
					   .list = query_get_blob(&q, 1),
					   .since = query_get_int(&q, 2),
					   .cleared = query_get_int(&q, 3) };

		sound = sound && listing_sum(&l) == (uint64_t)query_get_int(&q, 4);
	}
	if (query_end(&q, s, err) < 0)
		return -err->code;
	return sound ? 0 : err_set(err, EXIT_IO, "a listing's sum is wrong");
}

int listing_put(struct store *s, const struct store_listing *l, struct err *err)
{
	struct query q = query_new(
		s, "INSERT OR REPLACE INTO listing(address, list, since, cleared, sum) VALUES(?,?,?,?,?)");

	query_blob(&q, l->address);
	query_blob(&q, l->list);
	query_int(&q, l->since);
	query_int(&q, l->cleared);
	query_int(&q, (int64_t)listing_sum(l));
	query_row(&q);
	return query_end(&q, s, err);
}

static int update(struct store *s, struct store_listing *l, int64_t now, struct err *err)
{
	struct query q = query_new(s, "SELECT since, cleared FROM listing WHERE address = ? AND list = ?");
	struct store_listing was = { .since = 0 };

	query_blob(&q, l->address);
	query_blob(&q, l->list);
	if (query_row(&q)) {
		was.since = query_get_int(&q, 0);
		was.cleared = query_get_int(&q, 1);
	}
	if (query_end(&q, s, err) < 0)
		return -err->code;
	l->since = l->listed && (!was.since || was.cleared) ? now : was.since;
	l->cleared = l->listed ? 0 : was.since && !was.cleared ? now : was.cleared;
	return l->since != was.since || l->cleared != was.cleared ? listing_put(s, l, err) : 0;
}

int store_listings(struct store *s, struct store_listing *list, size_t n, int64_t now, struct err *err)
{
	int rc = store_run(s, "BEGIN IMMEDIATE", err);

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = update(s, &list[i], now, err);
	if (rc == 0)
		rc = store_run(s, "COMMIT", err);
	if (rc < 0)
		store_run(s, "ROLLBACK", NULL);
	return rc;
}

int store_listed(struct store *s, struct arena *a, struct store_listing **ret_list, size_t *ret_n,
		 struct err *err)
{
	struct query q = query_new(
		s, "SELECT address, list, since, cleared FROM listing ORDER BY address, list LIMIT 10000");
	struct store_listing *list = NULL;
	size_t n = 0, room = 0;

	while (query_row(&q)) {
		list = arena_more(a, list, n, &room, 16, sizeof(*list));
		list[n] = (struct store_listing){ .address = arena_span(a, query_get_blob(&q, 0)),
						  .list = arena_span(a, query_get_blob(&q, 1)),
						  .since = query_get_int(&q, 2),
						  .cleared = query_get_int(&q, 3) };
		list[n].listed = list[n].since && !list[n].cleared;
		n++;
	}
	if (query_end(&q, s, err) < 0)
		return -err->code;
	*ret_list = list;
	*ret_n = n;
	return 0;
}
