/*
 * php - see php.h: the engine and then the weighing, in one call, for one file.
 *
 * It promises: RET is complete whatever is in the file. There is no error: a limit that was hit stands in
 * RET->limits, and what was seen before it is weighed all the same.
 * TRUST: the file is an attacker's; it is handed on unread.
 */
#include "scan/php.h"

#include "scan/engine.h"

void php_judge(const struct lexicon *words, const struct quick *q, struct span file, struct arena *arena,
	       struct events *events, struct judgement *ret)
{
	struct quick apart;

	/* both are added to from here on, so they begin empty, whatever the caller had in them */
	*ret = (struct judgement){ .looked = true };
	*events = (struct events){ .arena = arena };
	engine_run(words, file, arena, events);
	ret->limits = events->limits;
	classes_judge(q, events, ret);
	if (quick_apart(words, file, q, &apart))
		classes_judge_apart(&apart, events, ret);
}
