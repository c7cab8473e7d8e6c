/*
 * frame_short - the short way of a line that begins as the one before does (frame.h, frame_behind), and the hosts and tags that
 * are remembered for it. Private to frame.c, which reads all other lines, and frame_short.c.
 */
#ifndef SPAMTRAIL_LOGS_FRAME_SHORT_H
#define SPAMTRAIL_LOGS_FRAME_SHORT_H

#include "logs/maker.h"

struct frame;
struct frame_tag;
struct voice;

/* Only a plain name is remembered: that it is a host shows without looking at what follows. */
void frame_remember_host(struct frame *f, struct span host);
/* Bytes of the host of the line before and the blanks behind it, where S starts with them; else 0. */
size_t frame_known_host(const struct frame *f, struct span s);
/* TAG, with its "[" behind it, is V's; V may be NULL. */
void frame_remember_tag(struct frame *f, struct span tag, const struct voice *v);
/*
 * "tag[pid]: text" from START to STOP, where the tag is one of those remembered: tells L program, pid and text. Else NULL.
 * Passed by value: a span written in halves and read whole stalls the processor.
 */
const struct frame_tag *frame_known_tag(struct frame *f, const char *start, const char *stop, struct line *l);
/* The usual first words of Exim's main log, told without reading on. S is not empty. */
bool frame_exim_shape(struct span s);
/* S behind "dovecot: ", as dovecot_line() reads it; LINE_UNREAD: nothing was written. */
enum line_result dovecot_usual(struct maker *m, struct span s);
/* The long way, of any line. */
enum line_result frame_whole(struct frame *f, struct maker *m, struct span raw);

/* A quiet night's log says nothing but that its server runs: whose it is, is known all the same. */
static inline enum line_result frame_heard(struct maker *m, enum dialect dialect, enum line_result result)
{
	if (result == LINE_DULL)
		m->dull |= 1u << dialect;
	return result;
}

static inline bool frame_is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

static inline bool frame_name_byte(char c)
{
	return frame_is_digit(c) || (unsigned char)((c | 0x20) - 'a') < 26 || c == '.' || c == '-' || c == '_';
}

#endif
