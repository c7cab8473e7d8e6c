/* identity - see identity.h. */
#include "trace/identity.h"

#include "host/accounts.h"

void identity_put(struct identities *list, const struct identity *id)
{
	list->seen[list->next++ % IDENTITY_RING] = *id;
}

uint32_t identity_find(const struct identities *list, int64_t at, uint32_t port, uint64_t sender)
{
	for (uint32_t i = 1; i <= IDENTITY_RING && i <= list->next; i++) {
		const struct identity *id = &list->seen[(list->next - i) % IDENTITY_RING];
		int64_t apart = id->at > at ? id->at - at : at - id->at;

		if (apart <= IDENTITY_SECONDS &&
		    ((port && id->port == port) || (sender && id->sender == sender)))
			return id->account;
	}
	return ACCOUNT_NONE;
}
