/*
 * letter - a text that can be sent, out of a template that the operator may change (rules/texts/, whose README tells the
 * language): names in braces are filled in, lines come or go by what is there, lines repeat for each item of a list.
 *
 * There is no more to it on purpose: no expression, no nesting, no file. What was filled in is never read as a template.
 * TRUST: templates are the operator's; what fills them is anybody's. A value cannot end its line, begin a heading or
 * an item, or close a tag: it goes through show, and what a line is was decided before.
 */
#ifndef SPAMTRAIL_REPORT_LETTER_H
#define SPAMTRAIL_REPORT_LETTER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define LETTER_FIELDS 48
#define LETTER_ITEM_FIELDS 12
#define LETTER_LISTS 16
#define LETTER_ITEMS 200 /* limit report: items of one list in a letter */

struct letter_field {
	const char *name;
	struct span text; /* foreign; empty: not there */
};

struct letter_item {
	struct letter_field field[LETTER_ITEM_FIELDS];
	size_t n;
};

struct letter_list {
	const char *name;
	struct letter_item *item;
	size_t n;
};

struct letter {
	struct arena *arena;
	struct letter_field field[LETTER_FIELDS];
	size_t nfields;
	struct letter_list list[LETTER_LISTS];
	size_t nlists;
};

/* NAME is a constant, TEXT lives as long as L or is copied by the caller. */
void letter_set(struct letter *l, const char *name, struct span text);
/* The list NAME, made where it is not there; it stays where it is. */
struct letter_list *letter_list(struct letter *l, const char *name);
/* A new item of LIST, or NULL past LETTER_ITEMS. */
struct letter_item *letter_add(struct letter *l, struct letter_list *list);
void letter_item_set(struct letter_item *item, const char *name, struct span text);

enum letter_form { LETTER_TEXT, LETTER_HTML };

/*
 * TEMPLATE, called FILE in errors, filled into OUT: as text of at most 76 columns where its words allow it, or as a piece
 * of HTML. SUBJECT (may be NULL): that line, without "Subject: "; else it stands at the top of OUT.
 * EXIT_CONFIG: a name that is not known, or a brace that is not closed.
 */
int letter_fill(const struct letter *l, struct span template, const char *file, enum letter_form form,
		struct buf *out, struct buf *subject, struct err *err);

#endif
