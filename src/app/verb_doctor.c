/*
 * verb_doctor - `doctor`: what is switched off that would name the sender, and where mail is relayed for strangers.
 *
 * Only the configuration is read, by the same confined reader; no log is opened and nothing is changed.
 *
 * TRUST: settings may be a customer's; the reader's side has checked their form, report/doctor.h escapes
 * them.
 */
#include "app/reader.h"
#include "app/term.h"
#include "app/verbs.h"
#include "report/doctor.h"
#include "report/plain.h"
#include "sys/clock.h"

#include <unistd.h>

/* None of the forms needs a zone: advice has no times. */
static int print(const struct options *o, const struct inquiry *q, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	struct screen screen = term_screen(o, STDOUT_FILENO);

	if (o->output == OUTPUT_JSON)
		doctor_json(&s, q);
	else if (o->output == OUTPUT_PLAIN)
		plain_advice(&s, q);
	else
		doctor_text(&s, q, &screen);
	return sink_end(&s, "standard output", err);
}

int verb_doctor(const struct options *o, struct err *err)
{
	struct clock clock = { 0 };
	struct root root;
	struct reader_want want = {
		.root = &root,
		.now = clock_seconds(&clock),
		.unconfined = o->unconfined,
		.facts_only = true,
	};
	struct arena *arena;
	struct inquiry *q;
	int rc = root_open(o->root ? o->root : "/", &root, err);

	if (rc < 0)
		return rc;
	arena = arena_new();
	rc = reader_inquire(&want, arena, &q, err);
	if (rc == 0)
		rc = print(o, q, err);
	if (rc == 0 && !q->complete)
		rc = EXIT_INCOMPLETE;
	arena_free(arena);
	root_close(&root);
	return rc;
}
