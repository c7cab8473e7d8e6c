/*
 * pen - lays words out on a terminal: wraps at the screen's width, indents, pads to columns, colours.
 *
 * The only way foreign text reaches the screen: pen_text and pen_field go through show_*. Styles are
 * never the only sign of anything; without colour the same words stand there.
 */
#ifndef SPAMTRAIL_REPORT_PEN_H
#define SPAMTRAIL_REPORT_PEN_H

#include "report/screen.h"

#define SCREEN_LABEL 9 /* columns of DAMAGE, UNSEEN, NEXT and of the labels below a sender */

enum pen_style { PEN_PLAIN, PEN_BOLD, PEN_DIM, PEN_RED, PEN_YELLOW, PEN_GREEN };

#define PEN_WORD 800 /* bytes of a word that is kept together */

struct pen {
	struct buf *out;
	const struct screen *screen;
	size_t width; /* columns of the screen */
	size_t col; /* where the next character goes */
	size_t indent; /* where a wrapped line goes on */
	size_t gap; /* blanks waiting for a word behind them */
	size_t word_n;
	char word[PEN_WORD]; /* waiting for its end: shown text, not yet on a line */
};

/*
 * P borrows OUT and SCREEN, which must outlive it, and owns nothing; end with pen_line, or the last word is
 * lost.
 */
struct pen pen_new(struct buf *out, const struct screen *screen);
/* Ends the line and starts the next at column 0; later wraps go to column INDENT. */
void pen_line(struct pen *p, size_t indent);
/* From here on; PEN_PLAIN ends it. Writes nothing where the screen has no colour. */
void pen_style(struct pen *p, enum pen_style style);
/* Foreign or own text, wrapped at blanks; a word too long for a line is broken where the line ends. */
void pen_text(struct pen *p, struct span s);
void pen_str(struct pen *p, const char *s);
/* Foreign text as one word (a path, an address), broken only where it fills a line; at most MAX columns. */
void pen_field(struct pen *p, struct span s, size_t max);
/* What is copied as a whole, a command: never broken here; a terminal's own wrapping keeps it one. */
void pen_whole(struct pen *p, struct span s);
/* DAMAGE, NEXT ...: bold, then to column SCREEN_LABEL, where wrapped lines go on. */
void pen_label(struct pen *p, const char *label);
/* At least one blank, then blanks up to column COL. */
void pen_to(struct pen *p, size_t col);
/* So many columns are free on this line behind the waiting blanks. */
size_t pen_room(struct pen *p);
/* Numbers and times; each is one word. */
void pen_count(struct pen *p, uint64_t v);
/* "2,911 bounced" as one word. */
void pen_fact(struct pen *p, uint64_t v, const char *what);
/* "1 file", "2 files". */
void pen_some(struct pen *p, uint64_t v, const char *one, const char *many);
/* A label and its words where the paths on this screen are another root's, else nothing; the line is the caller's to end. */
void pen_beneath(struct pen *p);
void pen_percent(struct pen *p, uint64_t part, uint64_t whole);
void pen_duration(struct pen *p, int64_t seconds);
void pen_clock(struct pen *p, int64_t utc, int64_t ref);
/* The separator between two facts on a line: " · ". */
void pen_dot(struct pen *p);
/* The bars of HISTORY in COLUMNS columns. */
void pen_spark(struct pen *p, const uint64_t *history, size_t n, size_t columns);

#endif
