/*
 * cast - who acts in the week, and how much: innocents by a Zipf law, the newsletter above all of them,
 * four culprits, the slow contact form fourteenth by volume.
 */
#include "parts.h"

#include <stdlib.h>
#include <unistd.h>

/* Share of all messages that each role gets; culprits and newsletter are set apart below. */
static const double share[ROLES] = {
	[R_MAILBOX] = 0.25,	[R_INBOUND] = 0.30,  [R_FORWARD] = 0.06,    [R_FORM] = 0.045,
	[R_SHOP] = 0.075,	[R_CRON] = 0.03,     [R_NEWSLETTER] = 0.09, [R_BULK] = 0.006,
	[R_LIST] = 0.012,	[R_MONITOR] = 0.018, [R_WEBMAIL] = 0.02,    [R_VACATION] = 0.004,
	[R_BACKSCATTER] = 0.01, [R_STOLEN] = 0.022,  [R_PLUGIN] = 0.045,    [R_CRONSPAM] = 0.02,
};

static struct actor *actor_new(struct world *w, enum role role, uint32_t account, uint32_t mailbox, double n)
{
	struct actor *a;

	if (w->nactors == w->actors_room) {
		w->actors_room = w->actors_room ? w->actors_room * 2 : 1024;
		w->actor = realloc(w->actor, w->actors_room * sizeof *w->actor);
	}
	a = &w->actor[w->nactors++];
	*a = (struct actor){
		.role = role, .account = account, .mailbox = mailbox, .n = n, .to = w->span, .row = NOBODY
	};
	return a;
}

/* The row that a role's mail belongs to, where it does not hang on the single message. */
static void actor_row(struct world *w, struct actor *a)
{
	struct account *acc = a->account < w->naccounts ? &w->account[a->account] : NULL;
	char id[256];

	switch (a->role) {
	case R_MAILBOX:
	case R_STOLEN:
	case R_BULK:
	case R_FORWARD:
		snprintf(id, sizeof id, "%s@%s", mailbox_name(a->mailbox), acc->domain);
		a->row = row_find(w, a->role == R_FORWARD ? K_FORWARD : K_AUTH, id, a->account);
		break;
	case R_FORM:
	case R_SHOP:
	case R_NEWSLETTER:
	case R_PLUGIN:
	case R_SLOW:
		if (w->mta == MTA_POSTFIX && w->variant & V_NOMAILLOG) {
			/* pickup's uid= is all there is: the user, and of www-data not even an account */
			bool shared = w->variant & V_WWWDATA;

			a->row = row_find(w, K_LOCAL, shared ? "www-data" : acc->name,
					  shared ? NOBODY : a->account);
			break;
		}
		script_dir(w, a, id, sizeof id);
		a->row = row_find(w, K_SCRIPT, id, a->account);
		break;
	case R_CRON:
	case R_CRONSPAM:
		a->row = acc ? row_find(w, K_LOCAL, acc->name, a->account)
			     : row_find(w, K_LOCAL, "root", NOBODY - 1);
		break;
	case R_LIST:
	case R_WEBMAIL:
		a->row = row_find(w, K_RELAY, "127.0.0.1", a->account);
		break;
	case R_MONITOR:
		a->row = row_find(w, K_RELAY, "198.51.100.7", NOBODY);
		break;
	case R_VACATION:
		a->row = w->mta == MTA_EXIM ? row_find(w, K_BOUNCE, "bounce", NOBODY)
					    : row_find(w, K_LOCAL, "vmail", NOBODY - 2);
		break;
	case R_INBOUND:
	case R_BACKSCATTER:
		a->row = row_find(w, K_INBOUND, "inbound", NOBODY);
		break;
	default:
		break;
	}
}

static double account_weight(uint32_t i)
{
	double x = i + 6.0, y = x;

	/* (i + 6) ^ -0.75 by square roots (Newton): no libm */
	for (int root = 0; root < 2; root++) {
		double r = y;

		for (int k = 0; k < 40; k++)
			r = (r + y / r) / 2;
		y = r;
	}
	return y / x;
}

static void cast_account(struct world *w, uint32_t i)
{
	double z = account_weight(i);
	struct rng *r = &w->rng;
	struct actor *a;

	for (uint32_t m = 0; m < w->account[i].mailboxes; m++) {
		actor_new(w, R_MAILBOX, i, m, z * (0.3 + rng_unit(r)))->profile = P_OFFICE;
		actor_new(w, R_INBOUND, i, m, z * (0.3 + rng_unit(r)))->profile = P_MIXED;
	}
	if (i % 10 != 9) {
		a = actor_new(w, R_FORM, i, 0, z * (0.2 + rng_unit(r)));
		a->profile = P_WEB;
		a->dir = i % 3 ? "/public_html" : "/public_html/kontakt";
		a->file = i % 3 ? "index.php" : "send.php";
	}
	if (i % 8 == 3) {
		a = actor_new(w, R_SHOP, i, 0, z * (0.5 + rng_unit(r)));
		a->profile = P_WEB;
		a->dir = "/public_html/shop";
		a->file = "index.php";
	}
	if (i % 4 == 1) {
		a = actor_new(w, R_CRON, i, 0, 0);
		a->period = i % 3 ? DAY : HOUR;
		a->batch = 1;
		a->from = (int64_t)rng_below(r, 3600) * SECOND;
	}
	if (i % 7 == 2)
		actor_new(w, R_FORWARD, i, 6, z * (0.4 + rng_unit(r)))->profile = P_MIXED;
	if (i % 6 == 4)
		actor_new(w, R_WEBMAIL, i, 0, z * (0.3 + rng_unit(r)))->profile = P_OFFICE;
	if (i % 30 == 12)
		actor_new(w, R_VACATION, i, 0, z)->profile = P_OFFICE;
	if (i % 25 == 8)
		actor_new(w, R_BACKSCATTER, i, 0, z)->profile = P_FLAT;
}

static void cast_campaigns(struct world *w, enum role role, uint32_t account, double n, const int *days,
			   int hours)
{
	for (unsigned k = 0; k < 2; k++) {
		struct actor *a = actor_new(w, role, account, 7, n / 2);

		a->from = days[k] * DAY + 9 * HOUR + (int64_t)rng_below(&w->rng, 7200) * SECOND;
		a->to = a->from + hours * HOUR;
		a->audience = (uint32_t)(n / 2 * (role == R_BULK ? 20 : 1));
		a->dir = "/public_html/newsletter";
		a->file = "send.php";
	}
}

/* Rows by expected messages: what the slow form's place is measured against. */
static double fourteenth(struct world *w)
{
	double *by_row = calloc(w->nrows, sizeof *by_row), v = 0;

	for (uint32_t i = 0; i < w->nactors; i++)
		if (w->actor[i].row != NOBODY && w->row[w->actor[i].row].kind != K_INBOUND &&
		    w->row[w->actor[i].row].kind != K_BOUNCE)
			by_row[w->actor[i].row] += w->actor[i].n;
	for (unsigned rank = 0; rank < 14; rank++) {
		uint32_t best = 0;

		for (uint32_t i = 1; i < w->nrows; i++)
			if (by_row[i] > by_row[best])
				best = i;
		v = rank == 12 ? by_row[best] : rank == 13 ? (v + by_row[best]) / 2 : v;
		by_row[best] = 0;
	}
	free(by_row);
	return v;
}

static struct actor *culprit(struct world *w, enum role role, uint32_t account, double n, double day,
			     double hours)
{
	struct actor *a = actor_new(w, role, account, 0, n);

	a->from = (int64_t)(day * (double)DAY);
	a->to = a->from + (int64_t)(hours * (double)HOUR);
	if (a->to > w->span)
		a->to = w->span;
	actor_row(w, a);
	return a;
}

static double at_least(double n, double least)
{
	return n < least ? least : n;
}

/* The demo's files are its caller's: unless he is root, who may give them away, the account has his number. */
static void be_caller(struct world *w, struct account *culprit)
{
	uint32_t own = geteuid();

	for (uint32_t i = 0; i < w->naccounts && own; i++)
		if (w->account[i].uid == own)
			w->account[i].uid = culprit->uid;
	if (own)
		culprit->uid = own;
}

static void cast_culprits(struct world *w)
{
	struct rng *r = &w->rng;
	double m = (double)w->messages_wanted;
	uint32_t base = rng_below(r, 8);
	struct actor *a;

	if (!w->demo)
		culprit(w, R_STOLEN, 6 + base, at_least(share[R_STOLEN] * m, 120), 2 + 2.5 * rng_unit(r),
			8 + 20 * rng_unit(r));
	a = actor_new(w, R_PLUGIN, 14 + base, 0, at_least(share[R_PLUGIN] * m, w->demo ? 900 : 200));
	a->dir = base & 1 ? "/public_html/wp-content/plugins/seo-tools-pack"
			  : "/public_html/wp-content/uploads/2025/11";
	a->file = base & 1 ? "mailer.php" : "cache.php";
	a->from = w->demo ? w->span - 75 * MINUTE : (int64_t)((2 + 3 * rng_unit(r)) * (double)DAY);
	a->to = w->demo ? w->span : a->from + (int64_t)((5 + 15 * rng_unit(r)) * (double)HOUR);
	actor_row(w, a);
	if (w->demo) {
		be_caller(w, &w->account[a->account]);
		return;
	}
	a = culprit(w, R_CRONSPAM, 22 + base / 2 * 4 % 8 - 1, at_least(share[R_CRONSPAM] * m, 120),
		    2 + 3 * rng_unit(r), 10 + 20 * rng_unit(r));
	a->period = 5 * MINUTE;
	a->batch = (uint32_t)at_least(a->n / ((double)(a->to - a->from) / (double)a->period), 1);
	a = actor_new(w, R_SLOW, 27, 0, 0);
	a->dir = "/public_html/kontakt";
	a->file = "send.php";
	a->from = (int64_t)((1.5 + rng_unit(r)) * (double)DAY);
	actor_row(w, a);
	a->n = at_least(fourteenth(w), 60);
}

/* Hour shares of a week that starts on Monday; the run may start on any day. */
static void cast_profiles(struct world *w, unsigned first_hour)
{
	for (unsigned p = 0; p < PROFILES; p++) {
		double sum = 0, v[168];

		for (unsigned i = 0; i < 168; i++) {
			unsigned at = (first_hour + i) % 168, day = at / 24, h = at % 24;
			double office = day < 5		  ? (h >= 8 && h < 18		     ? 1
							     : h == 7 || (h >= 18 && h < 21) ? 0.2
											     : 0.008)
					: h > 8 && h < 20 ? 0.05
							  : 0.005;
			double web = h >= 8 && h < 23 ? 1 : 0.15;

			v[i] = p == P_OFFICE ? office : p == P_WEB ? web : p == P_MIXED ? 0.3 + office : 1;
			sum += v[i];
		}
		for (unsigned i = 0; i < 168; i++)
			w->profile[p][i + 1] = w->profile[p][i] + v[i] / sum;
	}
}

void cast_build(struct world *w)
{
	static const int days[] = { 1, 4 }, bulk_days[] = { 2, 5 };
	double sum[ROLES] = { 0 }, m = (double)w->messages_wanted;
	/* 1970-01-01 was a Thursday; local time decides, and the stamps know the offset */
	int64_t local = w->start + (w->zone_plain[0] == '-' ? -1 : 1) *
					   ((w->zone_plain[1] - '0') * 10 + w->zone_plain[2] - '0') * 3600;

	cast_profiles(w, (unsigned)((local / 3600 + 72) % 168));
	for (uint32_t i = 0; i < w->naccounts; i++)
		cast_account(w, i);
	for (uint32_t i = 0; i < w->nactors; i++)
		sum[w->actor[i].role] += w->actor[i].n;
	for (uint32_t i = 0; i < w->nactors; i++) {
		struct actor *a = &w->actor[i];

		if (sum[a->role] > 0)
			a->n *= share[a->role] * m / sum[a->role];
		if (a->period)
			a->n = (double)(WEEK / a->period);
	}
	cast_campaigns(w, R_NEWSLETTER, 2, at_least(share[R_NEWSLETTER] * m, 600), days, 4);
	cast_campaigns(w, R_BULK, 5, at_least(share[R_BULK] * m, 24), bulk_days, 1);
	for (uint32_t i = 0; i < 2; i++)
		actor_new(w, R_LIST, 10 + i, 8, share[R_LIST] * m / 2)->profile = P_OFFICE;
	actor_new(w, R_MONITOR, NOBODY, 0, share[R_MONITOR] * m);
	actor_new(w, R_CRON, NOBODY, 0, 7)->period = DAY;
	w->actor[w->nactors - 1].batch = 1;
	actor_new(w, R_OLD, NOBODY, 0, at_least(m / 3000, 8))->to = 12 * HOUR;
	actor_new(w, R_NOISE, NOBODY, 0, m * 0.12);
	actor_new(w, R_QUEUECOUNT, NOBODY, 0, 0)->period = 5 * MINUTE;
	w->actor[w->nactors - 1].batch = 1;
	for (uint32_t i = 0; i < w->nactors; i++)
		actor_row(w, &w->actor[i]);
	if (!w->clean)
		cast_culprits(w);
	for (uint32_t i = 0; i < w->nactors; i++)
		if (w->actor[i].role >= R_STOLEN)
			w->row[w->actor[i].row].timed = true;
}
