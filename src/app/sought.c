/*
 * sought - see sought.h.
 * TRUST: NAME is the operator's; what is unseen holds foreign file names. Both are escaped before they are shown.
 */
#include "app/sought.h"

#include "app/term.h"
#include "report/json.h"
#include "report/jsonw.h"
#include "report/sink.h"

#include <unistd.h>

static int print_json(const char *verb, const struct span *unseen, size_t nunseen, struct err *err)
{
	const struct inquiry q = { .unseen = (struct span *)(uintptr_t)unseen, .nunseen = nunseen };
	struct sink s = sink_new(STDOUT_FILENO);
	struct jsonw w = { .out = &s.text };

	json_schema(&w, verb);
	json_complete(&w, &q);
	jsonw_close(&w, '}');
	buf_byte(&s.text, '\n');
	return sink_end(&s, "standard output", err);
}

int sought_in_part(const struct options *o, const char *name, const struct span *unseen, size_t nunseen,
		   int rc, struct err *err)
{
	if (nunseen == 0)
		return rc;
	if (o->output == OUTPUT_JSON && print_json(o->verb->name, unseen, nunseen, err) < 0)
		return -err->code;
	for (size_t i = 0; i < nunseen; i++)
		term_tell("UNSEEN   ", unseen[i]);
	return err_set(err, EXIT_INCOMPLETE,
		       "%.200s: not found in what could be read; it may lie in what could not, UNSEEN above",
		       name);
}
