/*
 * alarm - see alarm.h. A look that could not see everything ends no alarm.
 *
 * TRUST: what alarm_code unpacks comes from the state; its times are only compared.
 */
#include "judge/alarm.h"

#include "base/codec.h"

#define RAISED_ENOUGH 2
#define QUIET_ENOUGH 3
#define COUNT_MOST 1000

static uint32_t critical_signs(const struct signs *s)
{
	uint32_t signs = 0;

	for (unsigned i = 0; i < SIGNS; i++)
		if (s->sign[i].state == SIGN_CRITICAL)
			signs |= UINT32_C(1) << i;
	return signs;
}

static bool rested(const struct alarm *a, const struct signs *s, unsigned pause)
{
	/* a clock that was set back must not silence us for long */
	return !a->told_at || s->now >= a->told_at + pause || s->now < a->told_at;
}

static void count(uint32_t *n, bool on)
{
	*n = !on ? 0 : *n < COUNT_MOST ? *n + 1 : COUNT_MOST;
}

enum alarm_news alarm_look(struct alarm *a, const struct signs *s, unsigned pause)
{
	bool raised = s->state >= SIGN_WARNING;

	count(&a->raised, raised);
	/* what was not seen is not quiet */
	if (raised || s->complete)
		count(&a->quiet, !raised);
	if (!raised)
		return a->told > SIGN_NORMAL && a->quiet >= QUIET_ENOUGH ? ALARM_ENDS : ALARM_NOTHING;
	if (a->told <= SIGN_NORMAL) {
		bool begins = s->state == SIGN_CRITICAL || a->raised >= RAISED_ENOUGH;

		return begins && rested(a, s, pause) ? ALARM_BEGINS : ALARM_NOTHING;
	}
	if (s->state > a->told)
		return ALARM_GROWS;
	return critical_signs(s) & ~a->signs && rested(a, s, pause) ? ALARM_GROWS : ALARM_NOTHING;
}

void alarm_sent(struct alarm *a, enum alarm_news news, const struct signs *s)
{
	if (news == ALARM_NOTHING)
		return;
	if (news == ALARM_BEGINS)
		a->began = s->now;
	a->told = news == ALARM_ENDS ? SIGN_NORMAL : s->state > a->told ? s->state : a->told;
	a->signs = news == ALARM_ENDS ? 0 : a->signs | critical_signs(s);
	a->told_at = s->now;
}

void alarm_code(struct codec *c, struct alarm *a)
{
	a->told = (enum sign_state)code_enum(c, a->told, SIGN_CRITICAL + 1);
	code_u32(c, &a->signs);
	code_refuse_if(c, a->signs >= UINT32_C(1) << SIGNS);
	code_time(c, &a->began);
	code_time(c, &a->told_at);
	code_u32(c, &a->raised);
	code_u32(c, &a->quiet);
}
