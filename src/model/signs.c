/* signs - names of the signs, their units, and which command looks further. */
#include "model/signs.h"

const struct sign_about *sign_about(enum sign_id id)
{
	static const struct sign_about table[SIGNS] = {
		[SIGN_SENDERS] = { "senders", "taken over", "senders", "", "spamtrail investigate" },
		[SIGN_QUEUE] = { "queue", "queue", "messages", "", "spamtrail queue" },
		[SIGN_GROWTH] = { "queue_growth", "queue growth", "a minute", "", "spamtrail queue" },
		[SIGN_MESSAGES] = { "messages", "sent", "messages/h", "", "spamtrail investigate" },
		[SIGN_RECIPIENTS] = { "recipients", "sent to", "recipients/h", "", "spamtrail investigate" },
		[SIGN_UNKNOWN] = { "unknown_recipients", "unknown users", "%", "%", "spamtrail investigate" },
		[SIGN_REFUSED] = { "refused_by_list", "refused, list", "messages/h", "",
				   "spamtrail reputation" },
		[SIGN_COMPLAINTS] = { "complaints", "complaints", "in 24 h", "", "spamtrail complaints" },
		[SIGN_LISTED] = { "blocklists", "blocklists", "entries", "", "spamtrail reputation" },
		[SIGN_DIRECT] = { "direct", "beside the MTA", "programs", "", "spamtrail investigate" },
		[SIGN_RELAY] = { "open_relay", "relayed", "messages/h", "", "spamtrail investigate" },
		[SIGN_NETWORKS] = { "wide_networks", "wide networks", "networks", "", "spamtrail doctor" },
		[SIGN_CPU] = { "mta_cpu", "MTA CPU", "%", "%", "spamtrail queue" },
		[SIGN_MEMORY] = { "mta_memory", "MTA memory", "MB", "MB", "spamtrail queue" },
		[SIGN_PROCESSES] = { "mta_processes", "MTA processes", "processes", "", "spamtrail queue" },
	};

	return &table[id < SIGNS ? id : SIGN_SENDERS];
}

const char *sign_state_name(enum sign_state state)
{
	static const char *const names[] = { "normal", "unknown", "warning", "critical" };

	return state <= SIGN_CRITICAL ? names[state] : "unknown";
}
