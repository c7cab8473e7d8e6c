/*
 * blocklists - the table of DNS lists: rules/blocklists.conf and the operator's additions, read through sys/ini.h.
 *
 * A section is a zone; its keys are told at the head of rules/blocklists.conf. A zone that needs a key holds {NAME}
 * in its name and is asked only where the configuration has that key; it then stands for the one it replaces.
 */
#ifndef SPAMTRAIL_REPUTE_BLOCKLISTS_H
#define SPAMTRAIL_REPUTE_BLOCKLISTS_H

#include "base/span.h"

struct arena;
struct err;

enum code_kind {
	CODE_LISTED,           /* answer = */
	CODE_POLICY,           /* policy = : listed, but no accusation (a PBL) */
	CODE_GOOD,             /* good = : documented, and no listing */
	CODE_ERROR,            /* error = : the query was refused */
};

struct code {
	enum code_kind kind;
	uint32_t from, to;     /* IPv4, host order */
	struct span text;
};

#define CODES_MOST 64

/* Test points (RFC 5782 5): what must be listed and what must not. */
struct test_points {
	struct span listed, clean;
};

struct blocklist {
	struct span zone;      /* as it is asked; may hold a key, so it is never shown */
	struct span shown;     /* without the key */
	struct span name;      /* "Spamhaus ZEN" */
	bool domain;           /* lists domains, else addresses */
	bool v4, v6;
	bool off;
	struct code code[CODES_MOST];
	size_t ncodes;
	bool bits;             /* the last byte is a mask of what `bit` names */
	uint8_t bits_listed, bits_error;
	struct span bit_text[8];
	struct test_points v4_points, v6_points, domain_points;
	struct span remove, who, lasts, form, source, note; /* delisting; where the facts come from */
	struct span replaces;  /* the zone without a key that this one stands for */
	struct span key;       /* the name in {}, or empty */
};

struct blocklists {
	struct arena *arena;
	struct blocklist *list;
	size_t n, room;
};

/* Adds TEXT of the file NAME; a zone that is there already is begun anew. EXIT_CONFIG. */
int blocklists_read(struct blocklists *b, struct span text, const char *name, struct err *err);

struct list_key {
	struct span name, value;
};

/*
 * What is asked: zones that are on, with their keys put in, without those that another replaces, and only those that
 * ONLY (by what is shown) names, where it names any. RET lives in B's arena.
 */
size_t blocklists_choose(const struct blocklists *b, const struct list_key *keys, size_t nkeys,
			 const struct span *only, size_t nonly, struct blocklist **ret_list);

/* a.b.c.d; false for anything else. Host order. */
bool ipv4_parse(struct span text, uint32_t *ret_address);

#endif
