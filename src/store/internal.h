/* internal - what the files of store/ share: the connection, and statements that are hard to misuse. */
#ifndef SPAMTRAIL_STORE_INTERNAL_H
#define SPAMTRAIL_STORE_INTERNAL_H

#include "store/store.h"

#include <limits.h>
#include <sqlite3.h>

#define FILE_NAME "state.db"

struct store {
	sqlite3 *db;
};

/* One statement; after the first failure every further call does nothing and `rc` tells. */
struct query {
	sqlite3_stmt *stmt;
	int rc; /* SQLITE_OK, SQLITE_ROW, SQLITE_DONE or what went wrong */
	int bound;
};

struct query query_new(struct store *s, const char *sql);
void query_int(struct query *q, int64_t value);
void query_blob(struct query *q, struct span bytes);
/* True while there is a row. */
bool query_row(struct query *q);
int64_t query_get_int(const struct query *q, int column);
/* Lives until the next query_row. */
struct span query_get_blob(const struct query *q, int column);
/* Frees; 0 when every step went well, else a negative code. */
int query_end(struct query *q, struct store *s, struct err *err);
/* A statement without rows. */
int store_run(struct store *s, const char *sql, struct err *err);

/* What a row's fields add up to: a page that the database takes for sound may still hold wrong bytes. */
uint64_t store_sum(struct span bytes, int64_t a, int64_t b);

/* home.c */
#define HOME_NAME 60

struct home {
	int dir;
	char path[PATH_MAX]; /* of the directory, without links */
};

int home_open(const char *dir, struct home *ret, struct err *err);
int home_make_file(const struct home *p, const char *name, struct err *err);
/* Renames the database NAME with its logs; RET_NAME is what it is called now. */
int home_set_aside(const struct home *p, const char *name, char ret_name[HOME_NAME], struct err *err);

/*
 * store.c: one at a time opens what lies in P, until P's dir is closed. The database waits for its locks only where no two
 * could wait for each other, and of two who find it damaged the second would set aside what the first has made.
 */
int store_take_turn(const struct home *p, struct err *err);

/* query.c: opens NAME in P with what makes a foreign file harmless. */
int store_connect(struct store *s, const struct home *p, const char *name, int flags, struct err *err);
/* The last call failed for a reason that says nothing about the file: somebody else writes, no memory, no right. */
bool store_passes_by(struct store *s);

/* salvage.c: rows of the damaged FILE in P that are sound come into S. */
void salvage(const struct home *p, const char *file, struct store *s);

/* incidents.c */
uint64_t incident_sum(struct span id, int64_t since, int64_t last, struct span senders);
int incidents_verify(struct store *s, struct err *err);
int incidents_name(struct store *s, struct inquiry *q, struct err *err);

/* complaints.c */
int complaints_verify(struct store *s, struct err *err);
/* One row read by COMPLAINT_COLUMNS, with its sum; false: it is not right. */
struct packed_complaint {
	int64_t identity, at;
	struct span body;
	int64_t sum;
};
bool complaint_sound(const struct packed_complaint *p);
int complaint_put(struct store *s, const struct packed_complaint *p, struct err *err);

/* listings.c */
int listings_verify(struct store *s, struct err *err);
uint64_t listing_sum(const struct store_listing *l);
int listing_put(struct store *s, const struct store_listing *l, struct err *err);

/* kept.c */
int kept_verify(struct store *s, struct err *err);
uint64_t kept_sum(struct span name, struct span body);
int kept_put(struct store *s, struct span name, struct span body, struct err *err);

#endif
