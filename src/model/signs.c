/* signs - names of the signs, their units, and which command looks further. */
#include "model/signs.h"

const struct sign_about *sign_about(enum sign_id id)
{
	static const struct sign_about table[SIGNS] = {
		[SIGN_SENDERS] = { "senders", "taken over", "senders", "", "investigate" },
		[SIGN_QUEUE] = { "queue", "queue", "messages", "", "queue" },
		[SIGN_GROWTH] = { "queue_growth", "queue growth", "a minute", "", "queue" },
		[SIGN_MESSAGES] = { "messages", "sent", "messages/h", "", "investigate" },
		[SIGN_RECIPIENTS] = { "recipients", "sent to", "recipients/h", "", "investigate" },
		[SIGN_UNKNOWN] = { "unknown_recipients", "unknown users", "%", "%", "investigate" },
		[SIGN_REFUSED] = { "refused_by_list", "refused, list", "messages/h", "", "reputation" },
		[SIGN_COMPLAINTS] = { "complaints", "complaints", "in 24 h", "", "complaints" },
		[SIGN_LISTED] = { "blocklists", "blocklists", "entries", "", "reputation" },
		[SIGN_DIRECT] = { "direct", "beside the MTA", "programs", "", "investigate" },
		[SIGN_RELAY] = { "open_relay", "relayed", "messages/h", "", "investigate" },
		[SIGN_NETWORKS] = { "wide_networks", "wide networks", "networks", "", "doctor" },
		[SIGN_CPU] = { "mta_cpu", "MTA CPU", "%", "%", "queue" },
		[SIGN_MEMORY] = { "mta_memory", "MTA memory", "MB", "MB", "queue" },
		[SIGN_PROCESSES] = { "mta_processes", "MTA processes", "processes", "", "queue" },
	};

	return &table[id < SIGNS ? id : SIGN_SENDERS];
}

const char *sign_state_name(enum sign_state state)
{
	static const char *const names[] = { "normal", "unknown", "warning", "critical" };

	return state <= SIGN_CRITICAL ? names[state] : "unknown";
}
