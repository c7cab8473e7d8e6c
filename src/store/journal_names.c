/*
 * journal_names - words for the states of actions. Apart, since the program that stays root shows nothing and links less.
 */
#include "store/journal.h"

const char *act_state_name(enum act_state state)
{
	static const char *const names[ACT_STATES] = { "planned", "doing",  "done",  "undoing",
						       "undone",  "failed", "raced", "purged" };

	return state < ACT_STATES ? names[state] : "other";
}
