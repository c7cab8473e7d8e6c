/*
 * main - the front door: read the command line, run one verb, say what went wrong.
 *
 * The exit code is the verb's, or that of its error (base/err.h); an error is one line on standard error.
 * TRUST: argv is the operator's, but for what the shell put in the place of a wildcard.
 */
#include "app/options.h"
#include "app/verbs.h"
#include "base/show.h"

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

/* File names and words of the command line may be an attacker's: the shell puts them in the place of a *. */
static void complain(const struct err *err)
{
	struct buf text = BUF_MAX(8 * sizeof(err->text));

	show_text(&text, span_str(err->text), false);
	fprintf(stderr, "spamtrail: %.*s\n", (int)text.n, text.p);
	buf_free(&text);
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
		complain(&err);
		rc = -rc;
	}
	options_free(&o);
	return rc;
}
