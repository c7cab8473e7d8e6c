/*
 * verb_why - `why INCIDENT[.N] [PATH...]`: works the answer out again and shows the raw lines behind it.
 *
 * Again, because no raw line is kept anywhere: what is shown stands in the logs at this moment.
 * TRUST: the lines are attackers'; report/why.h escapes them.
 */
#include "app/inquire.h"
#include "app/sought.h"
#include "app/term.h"
#include "app/verbs.h"
#include "report/why.h"

#include <unistd.h>

int verb_why(const struct options *o, struct err *err)
{
	struct inquire in;
	struct why_target target;
	struct screen screen = term_screen(o, STDOUT_FILENO);
	struct sink s = sink_new(STDOUT_FILENO);
	int rc = inquire(o, 1, NULL, &in, err);

	screen.zone = in.zone;
	if (rc == 0 && (rc = why_find(in.q, span_str(o->args[0]), &target, err)) < 0)
		rc = sought_in_part(o, o->args[0], in.q->unseen, in.q->nunseen, rc, err);
	if (rc == 0) {
		if (o->output == OUTPUT_JSON)
			why_json(&s, in.q, &target, in.zone);
		else if (o->output == OUTPUT_PLAIN)
			why_plain(&s, in.q, &target);
		else
			why_text(&s, in.q, &target, &screen);
		rc = sink_end(&s, "standard output", err);
	}
	if (rc == 0 && !in.q->complete)
		rc = EXIT_INCOMPLETE;
	inquire_end(&in);
	return rc;
}
