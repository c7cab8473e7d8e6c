/*
 * salvage - what a damaged state.db still says soundly: incidents, so that no id is given twice, and baselines.
 *
 * Each row is believed by its own sum alone, and read until the database gives up. The damaged file is
 * opened read-only and stays as it was.
 */
#include "store/internal.h"

static void put_incident(struct store *s, const struct query *from)
{
	struct query q = query_new(
		s, "INSERT OR IGNORE INTO incident(id, since, last, senders, sum) VALUES(?,?,?,?,?)");
	struct span id = query_get_blob(from, 0);
	struct span senders = query_get_blob(from, 3);
	uint64_t sum = incident_sum(id, query_get_int(from, 1), query_get_int(from, 2), senders);

	if (sum == (uint64_t)query_get_int(from, 4)) {
		query_blob(&q, id);
		query_int(&q, query_get_int(from, 1));
		query_int(&q, query_get_int(from, 2));
		query_blob(&q, senders);
		query_int(&q, (int64_t)sum);
		query_row(&q);
	}
	query_end(&q, s, NULL);
}

static void put_baseline(struct store *s, const struct query *from)
{
	struct query q =
		query_new(s, "INSERT OR IGNORE INTO baseline(as_of, first, body, sum) VALUES(?,?,?,?)");
	struct span body = query_get_blob(from, 2);
	uint64_t sum = store_sum(body, query_get_int(from, 0), query_get_int(from, 1));

	if (sum == (uint64_t)query_get_int(from, 3)) {
		query_int(&q, query_get_int(from, 0));
		query_int(&q, query_get_int(from, 1));
		query_blob(&q, body);
		query_int(&q, (int64_t)sum);
		query_row(&q);
	}
	query_end(&q, s, NULL);
}

static void put_listing(struct store *s, const struct query *from)
{
	struct store_listing l = { .address = query_get_blob(from, 0),
				   .list = query_get_blob(from, 1),
				   .since = query_get_int(from, 2),
				   .cleared = query_get_int(from, 3) };

	if (listing_sum(&l) == (uint64_t)query_get_int(from, 4))
		listing_put(s, &l, NULL);
}

static void put_complaint(struct store *s, const struct query *from)
{
	struct packed_complaint p = { query_get_int(from, 0), query_get_int(from, 1), query_get_blob(from, 2),
				      query_get_int(from, 3) };

	if (complaint_sound(&p))
		complaint_put(s, &p, NULL);
}

static void put_kept(struct store *s, const struct query *from)
{
	struct span name = query_get_blob(from, 0), body = query_get_blob(from, 1);

	if (kept_sum(name, body) == (uint64_t)query_get_int(from, 2))
		kept_put(s, name, body, NULL);
}

static void copy(struct store *s, struct store *damaged, const char *sql,
		 void (*put)(struct store *s, const struct query *from))
{
	struct query q = query_new(damaged, sql);

	while (query_row(&q))
		put(s, &q);
	query_end(&q, damaged, NULL);
}

void salvage(const struct home *p, const char *file, struct store *s)
{
	struct store damaged = { 0 };

	if (store_connect(&damaged, p, file, SQLITE_OPEN_READONLY, NULL) == 0 &&
	    store_run(s, "BEGIN IMMEDIATE", NULL) == 0) {
		copy(s, &damaged, "SELECT id, since, last, senders, sum FROM incident ORDER BY n",
		     put_incident);
		copy(s, &damaged, "SELECT as_of, first, body, sum FROM baseline ORDER BY as_of",
		     put_baseline);
		copy(s, &damaged,
		     "SELECT address, list, since, cleared, sum FROM listing ORDER BY address, list",
		     put_listing);
		copy(s, &damaged, "SELECT identity, at, body, sum FROM complaint ORDER BY identity",
		     put_complaint);
		copy(s, &damaged, "SELECT name, body, sum FROM kept ORDER BY name", put_kept);
		store_run(s, "COMMIT", NULL);
	}
	sqlite3_close(damaged.db);
}
