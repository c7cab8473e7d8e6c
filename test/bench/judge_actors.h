/*
 * judge_actors - who takes part in the judge's simulation: habits of innocents, ways of attack.
 *
 * Figures are per message unless said. They are the bench's own, not the judge's: signals.c may not be
 * fitted to them closer than a population's width allows.
 */
#ifndef SPAMTRAIL_TEST_BENCH_JUDGE_ACTORS_H
#define SPAMTRAIL_TEST_BENCH_JUDGE_ACTORS_H

#include "judge/judge.h"

struct habit {
	const char *name;
	enum sender_kind kind;
	double per_day; /* messages on a day he works */
	double session, session_gap; /* chance that the next message follows at once; seconds */
	unsigned from, till; /* working hours */
	bool weekdays;
	bool regular; /* gaps do not vary */
	unsigned contacts; /* people he writes to again and again */
	double fresh; /* share of recipients never written to before */
	double free; /* share of free-mail recipients */
	double unknown, spam; /* shares of results */
	unsigned nets; /* networks he comes from in turn */
	double net_fresh; /* share of messages from a network never seen */
	double same_subject;
	unsigned nrcpt;
	unsigned place; /* 0 = no place is logged */
	unsigned campaign_days; /* a campaign each so many days ... */
	unsigned campaign_size; /* ... to so many, the list growing by a hundredth each time */
	double campaign_gap;
	double campaign_unknown;
	unsigned born_day; /* first mail on this day of the input */
	unsigned away_day; /* from this day on two weeks from other networks */
	double listed; /* share of everybody's mail that is refused: the server is listed */
	double weight; /* share of the innocent account-days */
};

struct attack {
	const char *name;
	const struct habit *victim; /* NULL: the sender did not exist before */
	enum sender_kind kind;
	double gap; /* seconds between messages */
	bool regular;
	unsigned nets;
	double unknown, spam, free;
	double same_subject;
	unsigned nrcpt;
	unsigned place;
	unsigned traits;
	bool at_start; /* the input begins with the attack */
	bool office_hours; /* mimicry: only in the victim's hours */
	double ramp_days; /* slow start: the rate grows from a twentieth to full in so many days */
	double from_gap, till_gap; /* gap drawn between these when set */
	double day_cap; /* messages a day at most, 0 = none */
};

static const struct habit innocents[] = {
	{ "quiet mailbox", KIND_AUTH, 12, 0.2, 120, 8, 18, true, false, 40, 0.20, 0.3, 0.012, 0.001, 2, 0.002,
	  0.05, 1, .weight = 30 },
	{ "office user", KIND_AUTH, 45, 0.35, 90, 8, 18, true, false, 120, 0.25, 0.25, 0.012, 0.002, 3, 0.005,
	  0.05, 1, .weight = 22 },
	{ "phone user", KIND_AUTH, 20, 0.3, 90, 7, 23, false, false, 50, 0.20, 0.4, 0.010, 0.001, 5, 0.08,
	  0.05, 1, .weight = 10 },
	{ "holiday login",
	  KIND_AUTH,
	  15,
	  0.3,
	  90,
	  8,
	  20,
	  false,
	  false,
	  50,
	  0.20,
	  0.4,
	  0.010,
	  0.001,
	  2,
	  0.01,
	  0.05,
	  1,
	  .away_day = 5,
	  .weight = 6 },
	{ "newsletter",
	  KIND_AUTH,
	  5,
	  0.2,
	  120,
	  8,
	  18,
	  true,
	  false,
	  20,
	  0.10,
	  0.3,
	  0.012,
	  0.001,
	  1,
	  0.001,
	  0.1,
	  1,
	  .campaign_days = 7,
	  .campaign_size = 2100,
	  .campaign_gap = 0.5,
	  .campaign_unknown = 0.012,
	  .weight = 4 },
	{ "first newsletter",
	  KIND_AUTH,
	  4,
	  0.2,
	  120,
	  8,
	  18,
	  true,
	  false,
	  20,
	  0.30,
	  0.3,
	  0.012,
	  0.001,
	  1,
	  0.001,
	  0.1,
	  1,
	  .campaign_days = 9,
	  .campaign_size = 800,
	  .campaign_gap = 0.3,
	  .campaign_unknown = 0.02,
	  .born_day = 3,
	  .weight = 2 },
	{ "newsletter by script",
	  KIND_SCRIPT,
	  5,
	  0.2,
	  120,
	  0,
	  24,
	  false,
	  false,
	  20,
	  0.30,
	  0.5,
	  0.012,
	  0.001,
	  0,
	  0,
	  0.3,
	  1,
	  .place = 7,
	  .campaign_days = 7,
	  .campaign_size = 1500,
	  .campaign_gap = 1,
	  .campaign_unknown = 0.015,
	  .weight = 2 },
	{ "mailing list", KIND_LOCAL, 12,    0.3,   300, 7, 24,	 false, false,	    300,
	  0.002,	  0.4,	      0.010, 0.002, 0,	 0, 0.2, 60,	.place = 9, .weight = 1 },
	{ "monitoring host", KIND_LOCAL, 288, 0, 1, 0, 24, false, true, 2, 0, 0.5, 0.0005, 0, 0, 0, 0.9, 1,
	  .place = 3,	     .weight = 2 },
	{ "shop order mail",
	  KIND_SCRIPT,
	  90,
	  0.5,
	  2,
	  7,
	  24,
	  false,
	  false,
	  3,
	  0.48,
	  0.7,
	  0.015,
	  0.003,
	  0,
	  0,
	  0.5,
	  1,
	  .place = 4,
	  .weight = 6 },
	{ "contact form", KIND_SCRIPT, 6,     0.4,   2, 7, 24,	false, false,	   1,
	  0.25,		  0.5,	       0.010, 0.002, 0, 0, 0.5, 1,     .place = 5, .weight = 6 },
	{ "cron reports", KIND_LOCAL, 24, 0, 1, 0, 24, false, true, 1, 0, 0.1, 0, 0, 0, 0, 0.8, 1,
	  .place = 6,	  .weight = 3 },
	{ "webmail relay", KIND_RELAY, 250, 0.2, 60, 6, 24, false, false, 400, 0.22, 0.35, 0.012, 0.002, 1, 0,
	  0.02, 1, .weight = 1 },
	{ "forwarder", KIND_FORWARD, 60, 0.2, 60, 0, 24, false, false, 1, 0, 1, 0.001, 0.06, 9, 0.6, 0.02, 1,
	  .weight = 2 },
	{ "joe-job bounces", KIND_BOUNCE, 400, 0.7, 3, 0, 24, false, false, 10, 0.98, 0.3, 0.45, 0.1, 0, 0,
	  0.9, 1, .weight = 0.5 },
	{ "on a listed server",
	  KIND_AUTH,
	  40,
	  0.35,
	  90,
	  8,
	  18,
	  true,
	  false,
	  120,
	  0.25,
	  0.25,
	  0.012,
	  0.002,
	  3,
	  0.005,
	  0.05,
	  1,
	  .listed = 0.4,
	  .weight = 3 },
	{ "form grown popular",
	  KIND_SCRIPT,
	  6,
	  0.4,
	  2,
	  7,
	  24,
	  false,
	  false,
	  1,
	  0.25,
	  0.5,
	  0.010,
	  0.002,
	  0,
	  0,
	  0.5,
	  1,
	  .place = 5,
	  .campaign_days = 12,
	  .campaign_size = 150,
	  .campaign_gap = 150,
	  .campaign_unknown = 0.03,
	  .weight = 2 },
	{ "old list, 4 % unknown",
	  KIND_AUTH,
	  4,
	  0.2,
	  120,
	  8,
	  18,
	  true,
	  false,
	  20,
	  0.30,
	  0.3,
	  0.012,
	  0.001,
	  1,
	  0.001,
	  0.1,
	  1,
	  .campaign_days = 9,
	  .campaign_size = 600,
	  .campaign_gap = 0.3,
	  .campaign_unknown = 0.04,
	  .weight = 1 },
	{ "new shop opens",
	  KIND_SCRIPT,
	  60,
	  0.5,
	  2,
	  7,
	  24,
	  false,
	  false,
	  3,
	  0.48,
	  0.7,
	  0.02,
	  0.003,
	  0,
	  0,
	  0.5,
	  1,
	  .place = 4,
	  .born_day = 4,
	  .weight = 2 },
	{ "new script's newsletter",
	  KIND_SCRIPT,
	  3,
	  0.2,
	  120,
	  8,
	  18,
	  true,
	  false,
	  20,
	  0.30,
	  0.3,
	  0.012,
	  0.001,
	  0,
	  0,
	  0.1,
	  1,
	  .place = 8,
	  .campaign_days = 9,
	  .campaign_size = 600,
	  .campaign_gap = 0.5,
	  .campaign_unknown = 0.02,
	  .born_day = 3,
	  .weight = 1 },
};
#define INNOCENTS (sizeof(innocents) / sizeof(innocents[0]))

enum { QUIET, OFFICE };
static const struct habit *const form = &innocents[10];

#define ODD PLACE_NEVER_MAILS
static const struct attack attacks[] = {
	{ "stolen mailbox 1/s", &innocents[QUIET], KIND_AUTH, 1, .nets = 40, .unknown = 0.3, .free = 0.6,
	  .same_subject = 0.3, .nrcpt = 1 },
	{ "stolen mailbox 10/s", &innocents[QUIET], KIND_AUTH, 0.1, .nets = 40, .unknown = 0.3, .free = 0.6,
	  .same_subject = 0.3, .nrcpt = 1 },
	{ "stolen mailbox 30/h", &innocents[QUIET], KIND_AUTH, 120, .nets = 40, .unknown = 0.2, .free = 0.6,
	  .same_subject = 0.3, .nrcpt = 1 },
	{ "stolen, busy office 1/s", &innocents[OFFICE], KIND_AUTH, 1, .nets = 40, .unknown = 0.3,
	  .free = 0.6, .same_subject = 0.3, .nrcpt = 1 },
	{ "stolen, 20 rcpts a message", &innocents[QUIET], KIND_AUTH, 5, .nets = 10, .unknown = 0.25,
	  .free = 0.6, .same_subject = 0.3, .nrcpt = 20 },
	{ "stolen, 30 networks, first line", NULL, KIND_AUTH, 1, .nets = 30, .unknown = 0.3, .free = 0.6,
	  .same_subject = 0.3, .nrcpt = 1, .at_start = true },
	{ "PHP mailer in uploads 1/s", NULL, KIND_SCRIPT, 1, .unknown = 0.3, .free = 0.6, .same_subject = 0.7,
	  .nrcpt = 1, .place = 70, .traits = ODD },
	{ "PHP mailer in a plugin 1/s", NULL, KIND_SCRIPT, 1, .unknown = 0.3, .free = 0.6,
	  .same_subject = 0.7, .nrcpt = 1, .place = 70 },
	{ "PHP mailer, first line", NULL, KIND_SCRIPT, 1, .unknown = 0.3, .free = 0.6, .same_subject = 0.7,
	  .nrcpt = 1, .place = 70, .traits = ODD, .at_start = true },
	{ "slow contact form 6-30/h", &innocents[10], KIND_SCRIPT, 240, .unknown = 0.15, .free = 0.9,
	  .same_subject = 0.95, .nrcpt = 1, .place = 5, .from_gap = 120, .till_gap = 600 },
	{ "cron mailer", NULL, KIND_LOCAL, 15, .regular = true, .unknown = 0.25, .free = 0.6,
	  .same_subject = 0.5, .nrcpt = 1, .place = 71 },
	/* The enemy's answers. */
	{ "clean list 1/s", &innocents[QUIET], KIND_AUTH, 1, .nets = 40, .unknown = 0.01, .free = 0.6,
	  .same_subject = 0.3, .nrcpt = 1 },
	{ "clean list, one network 1/s", &innocents[QUIET], KIND_AUTH, 1, .nets = 1, .unknown = 0.01,
	  .free = 0.6, .same_subject = 0.3, .nrcpt = 1 },
	{ "one network, 20 % unknown 1/s", &innocents[QUIET], KIND_AUTH, 1, .nets = 1, .unknown = 0.2,
	  .free = 0.6, .same_subject = 0.3, .nrcpt = 1 },
	{ "busy office, clean, 30/h", &innocents[OFFICE], KIND_AUTH, 120, .nets = 1, .unknown = 0.01,
	  .free = 0.6, .same_subject = 0.1, .nrcpt = 1 },
	{ "slow start over 7 days to 60/h", &innocents[OFFICE], KIND_AUTH, 60, .nets = 5, .unknown = 0.15,
	  .free = 0.6, .same_subject = 0.2, .nrcpt = 1, .ramp_days = 7 },
	{ "many accounts, 20 a day each", &innocents[QUIET], KIND_AUTH, 1200, .nets = 1, .unknown = 0.15,
	  .free = 0.6, .same_subject = 0, .nrcpt = 1, .day_cap = 20 },
	{ "victim's hours, 20/h", &innocents[OFFICE], KIND_AUTH, 180, .nets = 4, .unknown = 0.15, .free = 0.4,
	  .same_subject = 0.05, .nrcpt = 1, .office_hours = true },
	{ "subject noise 1/s", &innocents[QUIET], KIND_AUTH, 1, .nets = 40, .unknown = 0.3, .free = 0.6,
	  .same_subject = 0, .nrcpt = 1 },
};
#define ATTACKS (sizeof(attacks) / sizeof(attacks[0]))
#define CULPRITS 11 /* the rest are the enemy's answers */

#endif
