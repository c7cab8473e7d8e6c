/*
 * signals_table - the table of signals.h. Shares come from the reference measurements and are meant to be
 * wide: what is known of a population is weak, what a sender shows himself soon outweighs it.
 *
 * Caps decide who can be convicted at all. The threshold is 12.2 nats for the quietest sender, so
 * volume and novelty together (11.5) never suffice: a first newsletter is no theft, however big.
 *
 * It is in sight of who observes a signal, so that the compiler knows the numbers: there are millions of observations.
 */
#ifndef SPAMTRAIL_JUDGE_SIGNALS_TABLE_H
#define SPAMTRAIL_JUDGE_SIGNALS_TABLE_H

#include "judge/signals.h"

#define N(nats) ((int16_t)((nats)*NAT))
#define B(yes, no)                                            \
	{                                                     \
		(uint16_t)((yes)*TICK), (uint16_t)((no)*TICK) \
	}

/* clang-format off */
static const struct group_row group_table[GROUPS] = {
[GROUP_VOLUME] = { "volume", N(6), N(-3), 4, { SIG_BURST, SIG_HASTE, SIG_RCPTS, SIG_SUBJECT } },
[GROUP_NOVELTY] = { "novelty", N(5.5), N(-4), 2, { SIG_NEW_RCPT, SIG_SPREAD } },
[GROUP_FAILURE] = { "failure", N(10), N(-4), 2, { SIG_UNKNOWN, SIG_SPAM } },
[GROUP_PLACE] = { "place", N(11), N(-1), 5, { SIG_NETWORKS, SIG_HOURS, SIG_NEW_PLACE, SIG_ODD_PLACE, SIG_REGULAR } },
[GROUP_LOGIN] = { "login", N(3), N(0), 3, { SIG_MISMATCH, SIG_ENTRY, SIG_POSTS } },
[GROUP_FACT] = { "fact", N(30), N(0), 1, { SIG_FILE } },
};

/* Columns of "usual": mailbox, script, local user (and daemon), relay, mail that only passes through. */
static const struct signal_row signal_table[SIGNALS] = {
[SIG_BURST] = { "burst", GROUP_VOLUME, N(6), N(-0.7), 0, { 0, 0 }, { { 0, 0 } },  /* densities: burst_usual */
	0, "mail to @ recipients within an hour (usual: up to @)", false },
[SIG_HASTE] = { "haste", GROUP_VOLUME, N(3), N(-0.25), 16, B(1, 1),
	{ B(0.5, 12), B(2, 6), B(1, 6), B(1, 4), B(1, 2) },
	0, "@ messages follow the last within four seconds (usual @)", true },
[SIG_RCPTS] = { "rcpts_per_message", GROUP_VOLUME, N(2), N(-0.25), 16, B(1, 3),
	{ B(0.3, 20), B(0.2, 40), B(0.3, 20), B(0.5, 15), B(1, 10) },
	0, "@ messages go to eight recipients or more (usual @)", true },
[SIG_SUBJECT] = { "same_subject", GROUP_VOLUME, N(1.5), N(-0.5), 32, B(3, 1),
	{ B(1, 5), B(3, 2), B(3, 1), B(1, 4), B(1, 4) },
	0, "@ messages repeat the last subject (usual @)", true },
[SIG_NEW_RCPT] = { "new_recipients", GROUP_NOVELTY, N(5.5), N(-4), 64, B(9, 1),
	{ B(4, 1.5), B(4, 2), B(2, 1.5), B(4, 1.5), B(2, 2) },
	0, "@ recipients were never written to before (usual @)", true },
[SIG_SPREAD] = { "spread", GROUP_NOVELTY, N(2), N(-0.5), 32, B(9, 1),
	{ B(3, 4), B(4, 3), B(1, 3), B(3, 3), B(3, 3) },
	0, "@ recipients are at free-mail hosts or domains never written to (usual @)", true },
[SIG_UNKNOWN] = { "unknown_recipients", GROUP_FAILURE, N(10), N(-3), 8, B(3, 9),
	{ B(0.5, 40), B(0.6, 30), B(0.5, 30), B(0.6, 30), B(1, 15) },
	3, "@ recipients do not exist (usual @)", true },
[SIG_SPAM] = { "refused_as_spam", GROUP_FAILURE, N(6), N(-0.5), 8, B(1, 4),
	{ B(0.5, 50), B(0.5, 50), B(0.5, 50), B(0.5, 40), B(2, 12) },
	2, "@ messages are refused as spam (usual @)", true },
[SIG_NETWORKS] = { "networks", GROUP_PLACE, N(10), N(-1), 16, B(1, 1),
	{ B(1, 18), B(1, 1), B(1, 1), B(1, 12), B(1, 1) },
	0, "mail from @ new network(s) (usual: new in @ of messages)", false },
[SIG_HOURS] = { "hours", GROUP_PLACE, N(2), N(-0.25), 8, B(1, 1),
	{ B(1, 9), B(1, 6), B(1, 9), B(1, 6), B(1, 3) },
	0, "@ hours with mail are no usual ones for this sender (usual @)", true },
[SIG_NEW_PLACE] = { "new_place", GROUP_PLACE, N(3), N(-0.25), 8, B(3, 2),
	{ B(1, 3), B(1, 20), B(1, 12), B(1, 3), B(1, 1) },
	0, "mail from @ new place(s) (usual: new in @ of messages)", false },
[SIG_ODD_PLACE] = { "odd_place", GROUP_PLACE, N(7), N(0), 8, B(1, 1),
	{ B(0.2, 30), B(0.1, 60), B(0.1, 60), B(0.2, 30), B(1, 1) },
	0, "mail from @ place(s) where no program that mails belongs (usual: @)", false },
[SIG_REGULAR] = { "regularity", GROUP_PLACE, N(2), N(-0.25), 16, B(2, 2),
	{ B(1, 8), B(1, 5), B(1, 3), B(1, 5), B(1, 3) },
	0, "@ gaps repeat the gap before, as a machine's do (usual @)", true },
[SIG_MISMATCH] = { "sender_mismatch", GROUP_LOGIN, N(3), N(0), 16, B(1, 1),
	{ B(0.3, 12), B(1, 3), B(1, 3), B(1, 1), B(1, 1) },
	0, "@ messages carry a sender outside the account's domains (usual @)", true },
[SIG_ENTRY] = { "entry", GROUP_LOGIN, N(2), N(0), 8, B(1, 1.5),
	{ B(1, 15), B(1, 8), B(1, 8), B(1, 8), B(1, 1) },
	0, "@ log-in(s) or upload(s) from new networks (usual: @ of log-ins)", false },
[SIG_POSTS] = { "posts_per_mail", GROUP_LOGIN, N(2), N(-0.5), 16, B(4, 1),
	{ B(1, 3), B(1, 3), B(1, 3), B(1, 3), B(1, 1) },
	0, "@ requests that made a message come from a few addresses again and again (usual @)", true },
[SIG_FILE] = { "file_verdict", GROUP_FACT, N(30), N(0), 0, { 0, 0 }, { { 0, 0 } },
	0, "", false },
};
/* clang-format on */

#undef N
#undef B

#endif
