/*
 * verb_help - `help [VERB]`, `--help`, `--version` and `help --completion bash`: works without any file.
 *
 * So it works too where the configuration is broken. TRUST: only the operator's words, which are not shown
 * back.
 */
#include "app/options.h"
#include "app/suggest.h"
#include "app/verbs.h"
#include "report/sink.h"

#include <unistd.h>

static int put_completion(struct buf *out, const char *what, struct err *err)
{
	if (strcmp(what, "bash") == 0)
		command_completion(out);
	else if (strcmp(what, "scdoc") == 0)
		command_manual(out);
	else
		return err_set(err, EXIT_USAGE, "--completion takes bash or scdoc");
	return 0;
}

static int put_verb(struct buf *out, const char *name, struct err *err)
{
	const struct verb *v = command_named(span_str(name));
	struct suggest s = suggest_for(span_str(name));

	if (v) {
		command_help_verb(out, v);
		return 0;
	}
	for (size_t i = 0; (v = command_verb(i)) != NULL; i++)
		suggest_offer(&s, v->name);
	if (s.best)
		return err_set(err, EXIT_USAGE, "no such command: did you mean spamtrail help %s?", s.best);
	return err_set(err, EXIT_USAGE, "no such command: see spamtrail help");
}

int verb_help(const struct options *o, struct err *err)
{
	struct sink s = sink_new(STDOUT_FILENO);
	int code = 0;

	if (o->version)
		buf_str(&s.text, "spamtrail " SPAMTRAIL_VERSION "\n");
	else if (o->completion)
		code = put_completion(&s.text, o->completion, err);
	else if (o->help && o->verb)
		command_help_verb(&s.text, o->verb);
	else if (o->nargs)
		code = put_verb(&s.text, o->args[0], err);
	else
		command_help(&s.text);
	if (code == 0)
		return sink_end(&s, "standard output", err);
	buf_free(&s.text);
	return code;
}
