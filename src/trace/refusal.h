/*
 * refusal - which list and which provider cost mail: deferred and bounced results by the words of their refusals, and
 * the address that those words name, which behind NAT is the only one that others see. Collected only when asked for.
 */
#ifndef SPAMTRAIL_TRACE_REFUSAL_H
#define SPAMTRAIL_TRACE_REFUSAL_H

#include "base/span.h"

struct arena;
struct inquiry;
struct refusals;
struct step;
struct trace;

struct refusals *refusals_new(void);
void refusals_free(struct refusals *r);
/* Any event inside the window. */
void refusals_event(struct refusals *r, const struct step *s);
/* The same event after its step: whose mail it was is known then. */
void refusals_sender(struct trace *t, const struct step *s);
/* Fills the inquiry's refusals, whose mail they were, and outgoing addresses. ROW_OF: as for seek_fill. */
void refusals_fill(const struct refusals *r, struct arena *a, const uint32_t *row_of, struct inquiry *q);

/* For tests: what TEXT names. Empty spans where it names none. */
void refusal_name(struct span text, struct span relay, struct span *ret_provider, struct span *ret_list);

#endif
