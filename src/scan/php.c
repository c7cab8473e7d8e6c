/* php - see php.h. */
#include "scan/php.h"

#include "scan/engine.h"

void php_judge(const struct lexicon *words, const struct quick *q, struct span file, struct arena *arena,
	       struct events *events, struct judgement *ret)
{
	*ret = (struct judgement){ .looked = true };
	*events = (struct events){ .arena = arena };
	engine_run(words, file, arena, events);
	ret->limits = events->limits;
	classes_judge(q, events, ret);
}
