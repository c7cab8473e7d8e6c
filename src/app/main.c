/*
 * main - the front door: read the command line, run one verb, say what went wrong.
 */
#include "app/options.h"
#include "app/verbs.h"

#include <stdio.h>

static int run(const struct options *o, struct err *err)
{
	if (o->help || o->version)
		return verb_help(o, err);
	if (!o->verb) {
		verb_help(o, err);
		return err_set(err, EXIT_USAGE, "say what to do: spamtrail investigate");
	}
	return o->verb->run(o, err);
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	struct err err = { 0 };
	int rc;

	rc = options_parse(argc, argv, &o, &err);
	if (rc == 0)
		rc = run(&o, &err);
	if (rc < 0) {
		fprintf(stderr, "spamtrail: %s\n", err.text);
		rc = -rc;
	}
	options_free(&o);
	return rc;
}
