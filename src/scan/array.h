/*
 * array - PHP's lists as values hold them: keys and what lies there, in order. A key that nobody knows is kept once, at the end,
 * and what was put there marks the whole list. Made and kept by value.c.
 *
 * TRUST: keys and values are the scanned text's.
 */
#ifndef SPAMTRAIL_SCAN_ARRAY_H
#define SPAMTRAIL_SCAN_ARRAY_H

#include "scan/value.h"

struct pair {
	struct value key, value;
};

struct array {
	struct pair *pair;
	uint32_t n, cap;
	int64_t next; /* the next number that a push takes */
	bool shared; /* two variables hold it: copied before it is written to */
	uint32_t marks; /* of what was put in at places nobody knows */
	uint32_t from;
};

struct value array_new(struct pool *p);
/* The place of KEY, or NULL. */
struct pair *array_find(const struct array *a, const struct value *key, uint64_t *steps_left);
void array_set(struct pool *p, struct array *a, const struct value *key, struct value v, uint64_t *steps_left);
void array_push(struct pool *p, struct array *a, struct value v);
/* A's elements in a list of their own, one floor deep; NULL over the budget. */
struct array *array_copy(struct pool *p, const struct array *a);
/* What the keys of a list are made of, as far as nobody knows them. */
uint32_t value_key_marks(const struct value *v);

#endif
