/*
 * world - everything of one run: options, tables, clock, and the files being written.
 */
#ifndef SPAMTRAIL_TEST_GEN_WORLD_H
#define SPAMTRAIL_TEST_GEN_WORLD_H

#include "gen.h"

struct world {
	enum mta mta;
	unsigned variant;
	uint64_t seed, messages_wanted, flood;
	bool clean, demo;
	int64_t start, span; /* UTC seconds; microseconds */
	const char *dir;
	char zone[64];
	unsigned rotate, part;
	struct rng rng;

	struct account *account;
	uint32_t naccounts;
	struct row *row;
	uint32_t nrows, rows_room;
	uint32_t *row_slot;
	uint32_t row_slots;
	struct actor *actor;
	uint32_t nactors, actors_room;
	struct msg *msg;
	uint32_t nmsgs, msgs_room, msg_free;
	struct item *heap;
	uint32_t nheap, heap_room;
	char (*external)[48];
	uint32_t nexternal;

	uint32_t *inode_free;
	uint32_t ninode_free, next_inode;
	uint32_t id_low, next_pid;
	double profile[PROFILES][169]; /* share of a week's mail before hour h of the run */

	int64_t now;
	int64_t stamp_sec; /* second for which the stamps below hold */
	char stamp_exim[24], stamp_bsd[24], stamp_rfc[24], stamp_web[40], stamp_php[40], stamp_ctime[32];
	char zone_colon[8], zone_plain[8];
	int64_t shared_busy;
	struct text line;
	struct out main, reject, php, dovecot, ftp, auth, *web;
};

#endif
