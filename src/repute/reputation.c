/* reputation - see reputation.h. */
#include "repute/reputation.h"
#include "repute/check.h"

size_t reputation_count(const struct reputation *r, enum list_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nlistings; i++)
		n += r->listings[i].v.state == state;
	return n;
}

bool reputation_deaf(const struct reputation *r)
{
	enum { SEVERAL = 3 };

	return !r->stopped && r->nlists >= SEVERAL && r->nlistings >= SEVERAL &&
	       reputation_count(r, LIST_LYING) + reputation_count(r, LIST_NO_ANSWER) == r->nlistings;
}
