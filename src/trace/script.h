/*
 * script - which folder did this local message come from? Exim's cwd= lines and PHP's mail() log come just
 * before the arrival and carry no queue id: they wait here until the arrival takes one.
 *
 * A cwd= line proves a folder only together with an arrival of the folder's owner (or of a user that
 * many sites share) within two seconds, or with the same pid (log-formats.md 2.5). A mail() line is
 * matched by recipient, since folders of one owner send in the same second.
 *
 * TRUST: folder names are chosen by the account; a folder's name is never searched for keys.
 */
#ifndef SPAMTRAIL_TRACE_SCRIPT_H
#define SPAMTRAIL_TRACE_SCRIPT_H

#include "base/hash.h"

struct accounts;
struct event;

#define CWD_RING 64
#define CWD_SECONDS 2
#define CWD_UNASKED (UINT32_MAX - 1)
#define PHP_RING 256
#define PHP_SECONDS 120        /* pickup can be late on a busy server; the recipient must agree */
#define SCRIPT_PATH 1000
#define PHP_RCPTS 6

struct cwd_line {
	int64_t at;
	uint32_t pid;
	uint32_t owner;        /* account index of the folder, ACCOUNT_NONE, or CWD_UNASKED */
	uint64_t sender;       /* hash of the -f argument, 0 = none */
	uint32_t len;
	bool open;             /* not taken by an arrival yet */
	char path[SCRIPT_PATH];
};

struct php_line {
	int64_t at;
	uint32_t owner;
	uint64_t rcpt[PHP_RCPTS];
	uint32_t nrcpt;
	uint32_t len;          /* of the file's path */
	uint32_t subject;      /* subject_hash */
	bool open;
	bool doubted;          /* every script of a user that many sites share can write such a line */
	bool asked;            /* somebody had asked the site for something just before */
	char path[SCRIPT_PATH];
};

/* Whose a folder is, remembered: most mail comes from few. Two paths of one hash would need the run's seed. */
struct folder_owner {
	uint64_t hash;         /* of the path; 0 = empty */
	uint32_t owner;
};

#define FOLDER_OWNERS 4096

struct script_memory {
	uint64_t seed;         /* of this run */
	struct folder_owner folder[FOLDER_OWNERS];
	struct cwd_line cwd[CWD_RING];
	struct php_line php[PHP_RING];
	uint32_t next_cwd, next_php;
	uint32_t open_php;
};

/* Remembers a submission's cwd= line; Exim's calls of itself and queue listings are passed over. */
void script_cwd(struct script_memory *m, const struct event *ev, struct span dir, struct span args);
/* NULL where it is none. */
struct php_line *script_php(struct script_memory *m, const struct accounts *a, const struct event *ev, const char *base);

/*
 * The folder an arrival of account OWNER (its user's index; SHARED: a user of many sites) came from, or an empty
 * span. The text lives until the next line is remembered.
 */
struct span script_take_cwd(struct script_memory *m, const struct accounts *a, int64_t at, uint32_t pid, uint32_t owner, bool shared,
			    uint64_t sender);
/* May a mail() call of this user be waiting? */
bool script_php_waits(const struct script_memory *m, int64_t at, uint32_t owner, bool shared);
/* The mail() call that wrote to this recipient, or (RCPT 0) the oldest whose To named nobody; NULL: none. */
const struct php_line *script_take_php(struct script_memory *m, int64_t at, uint32_t owner, bool shared,
				       uint64_t rcpt);
static inline struct span php_file(const struct php_line *p)
{
	return p ? span_of(p->path, p->len) : SPAN_NONE;
}

/* For the judge, who asks only whether two are the same; 0: none. */
static inline uint32_t subject_hash(struct span subject)
{
	return subject.n ? (uint32_t)hash_span(subject, 0) | 1 : 0;
}

/* Folder of a file, without the slash. */
struct span script_folder(struct span file);
/* Is this a folder that says more than "his shell" (see the file)? HOME: the owner's home, may be empty. */
bool script_is_place(struct span folder, struct span home);
/* enum place_trait of a folder. */
uint8_t script_traits(struct span folder);

#endif
