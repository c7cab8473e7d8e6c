/*
 * plan_names - words for the kinds of actions. Apart, since the program that stays root shows nothing and links less.
 */
#include "model/plan.h"

const char *action_kind_name(enum action_kind kind)
{
	static const char *const names[ACTION_KINDS] = { "edit",  "hold_file", "put_file", "mode",
							 "hold",  "firewall",  "stop",	   "command",
							 "close", "logout",    "release",  "remove",
							 "flush" };

	return kind < ACTION_KINDS ? names[kind] : "other";
}
