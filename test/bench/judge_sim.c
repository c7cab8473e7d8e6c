/*
 * judge_sim - see judge_sim.h. Own random numbers (SplitMix64): a seed gives the same account everywhere.
 */
#include "judge_sim.h"

#include "base/hash.h"

#include <math.h>

#define RING 65536
#define DAY 86400.0

struct sim {
	const struct habit *habit;
	const struct attack *attack;
	struct judge *j;
	struct judge_state state;
	uint64_t rng, self;
	double work; /* seconds worked so far */
	double next, next_campaign, next_attack; /* wall seconds since SIM_START, or INFINITY */
	double attack_from, attack_gap;
	unsigned campaign_left, campaigns;
	uint64_t fresh; /* serial of people never written to */
	uint64_t messages, attacked, today;
	unsigned nets_used, day;
	struct {
		double at;
		uint64_t rcpt;
		enum judge_result result;
		bool attack;
	} ring[RING];
	unsigned head, tail;
	double last;
	double ideal, ideal_threshold;
	struct outcome out;
};

static double draw(struct sim *s)
{
	s->rng += UINT64_C(0x9e3779b97f4a7c15);
	return (double)(hash_mix(s->rng) >> 11) / 9007199254740992.0;
}

static bool chance(struct sim *s, double p)
{
	return draw(s) < p;
}

static double exponential(struct sim *s, double mean)
{
	return -mean * log(1 - draw(s));
}

static double hours(const struct habit *h)
{
	return (h->till - h->from) * 3600.0;
}

static double wall(const struct habit *h, double work)
{
	double day = floor(work / hours(h));
	double calendar = h->weekdays ? floor(day / 5) * 7 + fmod(day, 5) : day;

	return (calendar + h->born_day) * DAY + h->from * 3600.0 + (work - day * hours(h));
}

static double usual_gap(const struct habit *h)
{
	return (hours(h) / h->per_day - h->session * h->session_gap) / (1 - h->session);
}

static void next_usual(struct sim *s)
{
	const struct habit *h = s->habit;

	if (h->regular)
		s->work += hours(h) / h->per_day;
	else
		s->work += exponential(s, chance(s, h->session) ? h->session_gap : usual_gap(h));
	s->next = wall(h, s->work);
}

static void next_attack(struct sim *s)
{
	const struct attack *k = s->attack;
	double gap = s->attack_gap, hour;

	if (k->ramp_days > 0) {
		double age = (s->next_attack - s->attack_from) / DAY / k->ramp_days;

		gap /= age < 1 ? 0.05 + 0.95 * age : 1;
	}
	s->next_attack += k->regular ? gap : exponential(s, gap);
	if (k->day_cap > 0 && s->today >= k->day_cap)
		s->next_attack = (floor(s->next_attack / DAY) + 1) * DAY + exponential(s, gap);
	hour = fmod(s->next_attack, DAY) / 3600;
	if (k->office_hours && hour >= s->habit->till)
		s->next_attack += (24 - hour + s->habit->from) * 3600;
	if ((unsigned)(s->next_attack / DAY) != s->day) {
		s->day = (unsigned)(s->next_attack / DAY);
		s->today = 0;
	}
}

/* ---- the ideal: a plain cumulative sum with the densities that this simulation itself draws from ---- */

static double bernoulli(bool yes, double abused, double usual)
{
	abused = fmin(fmax(abused, 0.002), 0.998);
	usual = fmin(fmax(usual, 0.002), 0.998);
	return yes ? log(abused / usual) : log((1 - abused) / (1 - usual));
}

static double gap_density(const struct habit *h, double gap)
{
	double a = h->session_gap, b = usual_gap(h);

	return h->session * exp(-gap / a) / a + (1 - h->session) * exp(-gap / b) / b;
}

static void ideal_add(struct sim *s, double nats, bool attacked)
{
	s->ideal = fmax(0, s->ideal + nats);
	if (s->ideal >= s->ideal_threshold && attacked && !s->out.ideal)
		s->out.ideal = s->attacked;
}

/* ---- events ---- */

static void push_result(struct sim *s, double at, uint64_t rcpt, double unknown, double spam, double listed,
			bool attack)
{
	unsigned next = (s->head + 1) % RING;
	enum judge_result r = chance(s, unknown)	 ? RESULT_UNKNOWN_RCPT
			      : chance(s, spam + listed) ? RESULT_SPAM
							 : RESULT_OK;

	if (next == s->tail)
		return;
	s->ring[s->head].at = at + SIM_DELAY;
	s->ring[s->head].result = r;
	s->ring[s->head].rcpt = rcpt;
	s->ring[s->head].attack = attack;
	s->head = next;
}

static void pop_results(struct sim *s, double until)
{
	double listed = s->habit ? s->habit->listed : 0;

	while (s->tail != s->head && s->ring[s->tail].at <= until) {
		enum judge_result r = s->ring[s->tail].result;

		if (!judge_is_echo(&s->state, s->ring[s->tail].rcpt))
			judge_result(s->j, &s->state, SIM_START + (int64_t)s->ring[s->tail].at, r, listed);
		if (s->attack)
			ideal_add(s,
				  bernoulli(r == RESULT_UNKNOWN_RCPT, s->attack->unknown,
					    s->habit ? s->habit->unknown : 0.015),
				  s->ring[s->tail].attack);
		s->tail = (s->tail + 1) % RING;
		s->out.events++;
	}
}

static uint64_t recipient(struct sim *s, double at, uint64_t who, bool freemail)
{
	uint64_t rcpt = hash_mix(s->self + who), domain = freemail ? who % 5 + 1 : hash_mix(rcpt / 3 + 11);

	judge_recipient(s->j, &s->state, SIM_START + (int64_t)at, s->self, rcpt, domain, freemail);
	s->out.events++;
	return rcpt;
}

static void usual_message(struct sim *s, double at, bool campaign)
{
	const struct habit *h = s->habit;
	bool away = h->away_day && at > h->away_day * DAY && at < (h->away_day + 14) * DAY;
	bool fresh_net = chance(s, h->net_fresh);
	bool same = campaign || chance(s, h->same_subject), freemail = chance(s, h->free), fresh = false;
	struct judge_message m = {
		.at = SIM_START + (int64_t)at,
		.nrcpt = campaign ? 1 : h->nrcpt,
		.size = 4000,
		.place = h->place,
		.net = h->nets ? 1 + (uint32_t)(draw(s) * h->nets) + (away ? 50 : 0) : 0,
	};

	if (fresh_net)
		m.net = 1000 + (uint32_t)s->messages;
	m.subject = same ? 77 + s->campaigns : 1000 + (uint32_t)s->messages;
	judge_message(s->j, &s->state, h->kind, &m);
	s->messages++;
	for (unsigned i = 0; i < m.nrcpt; i++) {
		uint64_t who;

		fresh = !campaign && chance(s, h->fresh);
		if (campaign)
			who = 1000000 + s->campaign_left + (s->campaigns * h->campaign_size / 100);
		else
			who = fresh ? 5000000 + s->fresh++ : (uint64_t)(draw(s) * h->contacts);
		freemail = who < 1000000 ? hash_mix(who) % 100 < h->free * 100 : freemail;
		push_result(s, at, recipient(s, at, who, freemail),
			    campaign ? h->campaign_unknown : h->unknown, h->spam, h->listed, false);
	}
	if (s->attack)
		ideal_add(s,
			  bernoulli(fresh, 0.998, h->fresh) +
				  log(exp(-(at - s->last) / s->attack_gap) / s->attack_gap + 1e-12) -
				  log(gap_density(h, at - s->last) + 1e-12) +
				  (h->nets ? bernoulli(fresh_net, 0.5, h->net_fresh) : 0),
			  false);
	s->last = at;
}

static void attack_message(struct sim *s, double at)
{
	const struct attack *k = s->attack;
	bool same = chance(s, k->same_subject);
	unsigned net = k->nets ? (unsigned)(draw(s) * k->nets) : 0;
	bool fresh_net = k->nets && net >= s->nets_used;
	struct judge_message m = {
		.at = SIM_START + (int64_t)at,
		.nrcpt = k->nrcpt,
		.size = 3000,
		.place = k->place,
		.place_traits = (uint8_t)k->traits,
		.net = k->nets ? 500 + net : 0,
		.subject = same ? 5 : 1000000 + (uint32_t)s->messages,
	};

	s->nets_used += fresh_net;
	judge_message(s->j, &s->state, k->kind, &m);
	s->messages++;
	s->attacked++;
	s->today++;
	if (!s->out.truth)
		s->out.truth = s->messages;
	for (unsigned i = 0; i < k->nrcpt; i++) {
		push_result(s, at, recipient(s, at, 9000000 + s->fresh++, chance(s, k->free)), k->unknown,
			    k->spam, 0, true);
		if (s->habit)
			ideal_add(s, bernoulli(true, 0.998, s->habit->fresh), true);
	}
	if (s->habit)
		ideal_add(s,
			  log(exp(-(at - s->last) / s->attack_gap) / s->attack_gap + 1e-12) -
				  log(gap_density(s->habit, at - s->last) + 1e-12) +
				  (k->nets && s->habit->nets && fresh_net
					   ? bernoulli(true, 0.5, s->habit->net_fresh)
					   : 0),
			  true);
	s->last = at;
}

static void campaign_message(struct sim *s)
{
	const struct habit *h = s->habit;
	double began = s->next_campaign;

	usual_message(s, began, true);
	if (s->campaign_left-- > 1) {
		s->next_campaign += exponential(s, h->campaign_gap);
		return;
	}
	s->campaigns++;
	s->campaign_left = h->campaign_size;
	s->next_campaign = (floor(began / DAY) + h->campaign_days) * DAY + 10 * 3600 + draw(s) * 3600;
}

static void begin(struct sim *s, double attack_day)
{
	const struct habit *h = s->habit;

	s->next = s->next_campaign = s->next_attack = INFINITY;
	if (h) {
		s->work = exponential(s, 3600);
		s->next = wall(h, s->work);
		s->campaign_left = h->campaign_size;
		if (h->campaign_days)
			s->next_campaign = (h->born_day + floor(draw(s) * h->campaign_days)) * DAY + 36000;
	}
	if (s->attack) {
		s->attack_gap = s->attack->gap;
		if (s->attack->till_gap > 0)
			s->attack_gap =
				s->attack->from_gap + draw(s) * (s->attack->till_gap - s->attack->from_gap);
		s->next_attack = s->attack->at_start ? 1 : (attack_day + draw(s)) * DAY;
		s->attack_from = s->next_attack;
		if (s->attack->office_hours)
			s->next_attack = floor(s->next_attack / DAY) * DAY + 10 * 3600;
	}
}

struct outcome sim_run(struct judge *j, const struct habit *habit, const struct attack *attack, unsigned days,
		       double attack_day, uint64_t limit, double account_days, uint64_t seed, struct arena *a)
{
	static struct sim s;
	enum sender_kind kind = habit ? habit->kind : attack->kind;

	memset(&s, 0, sizeof(s));
	s.habit = habit;
	s.attack = attack;
	s.j = j;
	s.rng = hash_mix(seed + 1);
	s.self = hash_mix(seed ^ UINT64_C(0x5eed));
	s.ideal_threshold = log(account_days * (habit ? habit->per_day : 20));
	begin(&s, attack_day);
	for (;;) {
		double at = fmin(s.next, fmin(s.next_campaign, s.next_attack));

		if (at >= days * DAY || s.attacked >= limit)
			break;
		pop_results(&s, at);
		s.out.events++;
		if (at == s.next_attack) {
			attack_message(&s, at);
			next_attack(&s);
		} else if (at == s.next_campaign) {
			campaign_message(&s);
		} else {
			usual_message(&s, at, false);
			next_usual(&s);
		}
	}
	pop_results(&s, INFINITY);
	judge_close(j, &s.state, kind, false, a, &s.out.verdict);
	if (s.out.verdict.alarmed && attack && s.out.verdict.alarm_message >= s.out.truth)
		s.out.leak = s.out.verdict.alarm_message - s.out.truth + 1;
	return s.out;
}
