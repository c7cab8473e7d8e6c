/* identity - see identity.h. */
#include "trace/identity.h"

#include <stddef.h>
#include <string.h>

void identity_put(struct identities *list, const struct identity *id)
{
	list->sure |= id->sure;
	if (id->sure || !list->sure)
		list->seen[list->next++ % IDENTITY_RING] = *id;
}

static bool is_connection(const struct identity *id, uint32_t port, const uint8_t *ip)
{
	return port && id->port == port && (!id->addressed || memcmp(id->ip, ip, sizeof(id->ip)) == 0);
}

const struct identity *identity_find(const struct identities *list, int64_t at, uint32_t port,
				     const uint8_t *ip, uint64_t sender)
{
	for (uint32_t i = 1; i <= IDENTITY_RING && i <= list->next; i++) {
		const struct identity *id = &list->seen[(list->next - i) % IDENTITY_RING];
		int64_t apart = id->at > at ? id->at - at : at - id->at;

		if (apart <= IDENTITY_SECONDS &&
		    (is_connection(id, port, ip) || (sender && id->sender == sender)))
			return id;
	}
	return NULL;
}
