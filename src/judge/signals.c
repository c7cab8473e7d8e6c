/*
 * signals - the small tables behind signals.h; the large one is signals_table.h.
 */
#include "judge/signals.h"

const uint8_t burst_usual[POPULATIONS] = {
	[POP_MAILBOX] = 35, [POP_SCRIPT] = 35, [POP_LOCAL] = 45, [POP_RELAY] = 50, [POP_THROUGH] = 50,
};

const uint8_t lists_age[POPULATIONS] = {
	[POP_MAILBOX] = 3, [POP_SCRIPT] = 2, [POP_LOCAL] = 2, [POP_RELAY] = 3, [POP_THROUGH] = 3,
};

enum population population_of(enum sender_kind kind)
{
	switch (kind) {
	case KIND_AUTH:
		return POP_MAILBOX;
	case KIND_SCRIPT:
		return POP_SCRIPT;
	case KIND_LOCAL:
	case KIND_DIRECT:
		return POP_LOCAL;
	case KIND_RELAY:
		return POP_RELAY;
	default:
		return POP_THROUGH;
	}
}

bool kind_accusable(enum sender_kind kind)
{
	return population_of(kind) != POP_THROUGH;
}
