/*
 * stats - `--stats`: what eximstats and pflogsumm print, from the same pass. Collected only when asked for.
 */
#ifndef SPAMTRAIL_TRACE_STATS_H
#define SPAMTRAIL_TRACE_STATS_H

struct arena;
struct stats;
struct stats_memory;
struct trace;
struct step;

struct stats_memory *stats_new(void);
void stats_free(struct stats_memory *s);
/* Any event inside the window, before its step is taken: a first arrival is told by its message not being there. */
void stats_event(struct trace *t, const struct step *s);
void stats_fill(const struct trace *t, struct arena *a, struct stats *ret_stats);

#endif
