/*
 * who - see who.h. Texts only; the signals' names are judge.md's.
 */
#include "report/who.h"

const char *who_confidence(double confidence)
{
	return confidence >= 0.9 ? "HIGH" : confidence >= 0.6 ? "MEDIUM" : "LOW";
}

bool who_is_local(enum sender_kind kind)
{
	return kind <= KIND_FORWARD || kind == KIND_DIRECT;
}

const struct doubt *who_doubt(const struct row *r)
{
	static const struct {
		const char *signal;
		struct doubt doubt;
	} table[] = {
		{ "unknown_recipients",
		  { "an old address list", "bought or guessed addresses",
		    "ask the owner for the list's source" } },
		{ "refused_as_spam",
		  { "this server is on a blocklist", "spam", "see whether others here are refused too" } },
		{ "new_recipients",
		  { "a first newsletter", "a stolen sender", "read the subject; ask the owner" } },
		{ "burst", { "a campaign", "a stolen sender", "read the subject; ask the owner" } },
		{ "spread", { "a shop's customers", "a spam list", "read the subject; ask the owner" } },
		{ "rcpts_per_message",
		  { "a list manager", "spam by Bcc", "look for List- headers in a queued message" } },
		{ "networks",
		  { "travel or a VPN", "a stolen password", "ask where the owner logged in from" } },
		{ "hours", { "travel or a new job", "a stolen sender", "ask the owner" } },
		{ "new_place",
		  { "a newly installed site", "an uploaded mailer",
		    "open the script; who wrote it, when?" } },
		{ "same_subject", { "invoices or alerts", "spam", "read the subject" } },
		{ "same_size", { "invoices or alerts", "spam", "read a queued message" } },
		{ "sender_mismatch",
		  { "a forwarder", "forged senders", "compare the envelope sender with the account" } },
		{ "regularity", { "a scheduled report", "a mailer", "look for a cron job of the account" } },
		{ "posts_per_mail",
		  { "a busy contact form", "an abused contact form", "read one submission" } },
		{ "entry", { "the owner on holiday", "an intruder", "ask the owner about the login" } },
	};
	static const struct doubt any = { "an unusual day", "a stolen sender",
					  "read a message; ask the owner" };
	const struct reason *loudest = NULL;

	for (size_t i = 0; i < r->nreasons; i++)
		/* What speaks for him explains no suspicion. */
		if (r->reasons[i].weight > 0 && (!loudest || r->reasons[i].weight > loudest->weight))
			loudest = &r->reasons[i];
	for (size_t i = 0; loudest && i < sizeof(table) / sizeof(table[0]); i++)
		if (span_eq(loudest->signal, span_str(table[i].signal)))
			return &table[i].doubt;
	return &any;
}
