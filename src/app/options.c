/*
 * options - see options.h. getopt_long over the command table's flags; words in between are taken in
 * order whatever POSIXLY_CORRECT says, and everything behind -- is an argument.
 * TRUST: the operator's own words; they are shown back escaped.
 */
#include "app/options.h"

#include "app/suggest.h"
#include "base/show.h"

#include <getopt.h>
#include <stdlib.h>

#define TOP_MAX 1000000
#define LIVE_MAX 3600 /* limit live, s: that --live may take */

static int usage(struct err *err, const char *what, struct span word, const char *dashes, const char *near)
{
	struct buf shown = BUF_MAX(200);
	int code;

	show_text_cut(&shown, word, 60, true);
	if (near)
		code = err_set(err, EXIT_USAGE, "%s %s%.*s: did you mean %s%s?", what, dashes, (int)shown.n,
			       shown.p, dashes, near);
	else
		code = err_set(err, EXIT_USAGE, "%s %s%.*s: see spamtrail help", what, dashes, (int)shown.n,
			       shown.p ? shown.p : "");
	buf_free(&shown);
	return code;
}

static int unknown_flag(const char *typed, const struct verb *verb, struct err *err)
{
	struct span word = span_str(typed);
	struct suggest s;
	ptrdiff_t eq;

	while (span_starts(word, SPAN("-")))
		word = span_from(word, 1);
	eq = span_find(word, 0, '=');
	word = eq < 0 ? word : span_head(word, (size_t)eq);
	s = suggest_for(word);
	for (int i = 0; i < FLAGS; i++)
		if (!verb || verb->flags >> i & 1)
			suggest_offer(&s, command_flag((enum flag_id)i)->name);
	return usage(err, "unknown flag", word, "--", s.best);
}

static int unknown_verb(struct span word, struct err *err)
{
	struct suggest s = suggest_for(word);
	const struct verb *v;

	for (size_t i = 0; (v = command_verb(i)) != NULL; i++)
		suggest_offer(&s, v->name);
	return usage(err, "unknown command", word, "", s.best);
}

static int set_color(struct options *o, const char *word, struct err *err)
{
	static const char *const words[] = { "auto", "always", "never" };

	for (int i = 0; i < 3; i++)
		if (strcmp(word, words[i]) == 0) {
			o->color = (enum color_wish)i;
			return 0;
		}
	return err_set(err, EXIT_USAGE, "--color takes auto, always or never");
}

static int set_confirmed(struct options *o, const char *word, struct err *err)
{
	static const char *const words[] = { NULL, "password", "logins", "both" };

	for (unsigned i = 1; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0) {
			o->confirmed |= i;
			return 0;
		}
	return err_set(err, EXIT_USAGE, "--confirmed %.60s: give password, logins or both", word);
}

static int set_by(struct options *o, const char *word, struct err *err)
{
	for (int i = 0; i < QUEUE_BYS; i++)
		if (strcmp(word, queue_by_name((enum queue_by)i)) == 0) {
			o->by = (enum queue_by)i;
			return 0;
		}
	return err_set(err, EXIT_USAGE, "--by takes culprit, sender, subject, domain, age, door or class");
}

static int set_top(struct options *o, const char *word, struct err *err)
{
	uint64_t n;

	if (!span_u64(span_str(word), &n) || n == 0 || n > TOP_MAX)
		return err_set(err, EXIT_USAGE, "--top takes a number from 1 to %d", TOP_MAX);
	o->top = (unsigned)n;
	return 0;
}

static int set_live(struct options *o, const char *word, struct err *err)
{
	struct span number = span_str(word);
	unsigned unit = 1;
	uint64_t n;

	if (span_ends(number, SPAN("m")))
		unit = 60;
	if (span_ends(number, SPAN("m")) || span_ends(number, SPAN("s")))
		number.n--;
	if (!span_u64(number, &n) || n == 0 || n > LIVE_MAX || n * unit > LIVE_MAX)
		return err_set(err, EXIT_USAGE, "--live takes a time from 1s to %dm", LIVE_MAX / 60);
	o->live = (unsigned)n * unit;
	return 0;
}

static int set_letter(struct options *o, enum flag_id id, struct err *err)
{
	if (o->letter && o->letter != id)
		return err_set(err, EXIT_USAGE, "--%s and --%s are two texts: one at a time",
			       command_flag(o->letter)->name, command_flag(id)->name);
	o->letter = id;
	return 0;
}

static int set_output(struct options *o, enum output output, struct err *err)
{
	if (o->output != OUTPUT_SCREEN && o->output != output)
		return err_set(err, EXIT_USAGE, "--json and --plain exclude each other");
	o->output = output;
	return 0;
}

static int set_flag(struct options *o, enum flag_id id, const char *word, struct err *err)
{
	const char **texts[FLAGS] = {
		[FLAG_ROOT] = &o->root,
		[FLAG_SINCE] = &o->since,
		[FLAG_UNTIL] = &o->until,
		[FLAG_HTML] = &o->html,
		[FLAG_STATE] = &o->state,
		[FLAG_CONFIG] = &o->config,
		[FLAG_COMPLETION] = &o->completion,
		[FLAG_FOR] = &o->duration,
		[FLAG_FROM] = &o->from,
		[FLAG_ACCOUNT] = &o->account,
		[FLAG_INCIDENT] = &o->incident,
		[FLAG_LOCK] = &o->lock,
	};
	bool *switches[FLAGS] = {
		[FLAG_APPLY] = &o->apply,
		[FLAG_YES] = &o->yes,
		[FLAG_DRY_RUN] = &o->dry_run,
		[FLAG_ALL] = &o->all,
		[FLAG_REMOVE] = &o->remove,
		[FLAG_EXPIRED] = &o->expired,
		[FLAG_MOVED] = &o->moved,
		[FLAG_PURGE] = &o->purge,
		[FLAG_STATS] = &o->stats,
		[FLAG_LIST] = &o->list,
		[FLAG_QUICK] = &o->quick,
		[FLAG_QUIET] = &o->quiet,
		[FLAG_UNCONFINED] = &o->unconfined,
		[FLAG_AGAIN] = &o->again,
		[FLAG_PERMISSIONS] = &o->permissions,
		[FLAG_CREDENTIALS] = &o->credentials,
		[FLAG_HELP] = &o->help,
		[FLAG_VERSION] = &o->version,
		[FLAG_EXPLAIN] = &o->explain,
		[FLAG_FULL] = &o->full,
		[FLAG_NOTIFY] = &o->notify,
		[FLAG_DELIVER] = &o->deliver,
		[FLAG_FORCE] = &o->force,
		[FLAG_FLUSH] = &o->flush,
		[FLAG_RELEASE] = &o->release,
	};

	if (texts[id]) {
		if (!*word)
			return err_set(err, EXIT_USAGE, "--%s needs a value, not an empty word",
				       command_flag(id)->name);
		*texts[id] = word;
	} else if (switches[id]) {
		*switches[id] = true;
	} else if (id >= FLAG_CUSTOMER && id <= FLAG_RESOLUTION) {
		return set_letter(o, id, err);
	} else if (id == FLAG_JSON) {
		return set_output(o, OUTPUT_JSON, err);
	} else if (id == FLAG_PLAIN) {
		return set_output(o, OUTPUT_PLAIN, err);
	} else if (id == FLAG_NAGIOS) {
		return set_output(o, OUTPUT_NAGIOS, err);
	} else if (id == FLAG_CONFIRMED) {
		return set_confirmed(o, word, err);
	} else if (id == FLAG_BY) {
		return set_by(o, word, err);
	} else if (id == FLAG_LIVE) {
		return set_live(o, word, err);
	} else if (id == FLAG_TOP) {
		return set_top(o, word, err);
	} else if (id == FLAG_COLOR) {
		return set_color(o, word, err);
	}
	return 0;
}

/* The first word is the verb, the rest are its arguments. */
static int take_word(struct options *o, char *word, struct err *err)
{
	if (!o->verb) {
		o->verb = command_named(span_str(word));
		return o->verb ? 0 : unknown_verb(span_str(word), err);
	}
	o->args[o->nargs++] = word;
	return 0;
}

#define FIRST_VALUE 256 /* getopt's answers for our flags, above every character */

static int next_option(struct options *o, uint64_t *given, int c, char **argv, struct err *err)
{
	if (c == 1)
		return take_word(o, optarg, err);
	if (c == 'h' || c == 'V') {
		*(c == 'h' ? &o->help : &o->version) = true;
		return 0;
	}
	if (c == ':')
		return err_set(err, EXIT_USAGE, "%.60s needs a value", argv[optind - 1]);
	if (c < FIRST_VALUE)
		return unknown_flag(argv[optind - 1], o->verb, err);
	*given |= UINT64_C(1) << (c - FIRST_VALUE);
	return set_flag(o, (enum flag_id)(c - FIRST_VALUE), optarg, err);
}

static int check(const struct options *o, uint64_t given, struct err *err)
{
	const struct verb *v = o->verb;

	if (!v || o->help || o->version)
		return 0;
	for (int i = 0; i < FLAGS; i++)
		if (given >> i & 1 && !(v->flags >> i & 1))
			return err_set(err, EXIT_USAGE, "--%s does not belong to %s: see spamtrail help %s",
				       command_flag((enum flag_id)i)->name, v->name, v->name);
	if ((unsigned)o->nargs < v->nargs_min || (unsigned)o->nargs > v->nargs_max)
		return err_set(err, EXIT_USAGE, "usage: spamtrail %s %s; its flags: spamtrail help %s",
			       v->name, v->args, v->name);
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret_options, struct err *err)
{
	struct option table[FLAGS + 1] = { { 0 } };
	struct options o = { .args = xcalloc((size_t)argc + 1, sizeof(char *)) };
	uint64_t given = 0;
	int c, code = 0;

	for (int i = 0; i < FLAGS; i++) {
		const struct flag *f = command_flag((enum flag_id)i);

		table[i] = (struct option){ f->name, f->value == VALUE_NONE ? no_argument : required_argument,
					    NULL, FIRST_VALUE + i };
	}
	optind = 0; /* glibc: start anew, so that tests may parse twice */
	opterr = 0;
	while (code == 0 && (c = getopt_long(argc, argv, "-:hV", table, NULL)) != -1)
		code = next_option(&o, &given, c, argv, err);
	while (code == 0 && optind < argc)
		code = take_word(&o, argv[optind++], err);
	if (code == 0)
		code = check(&o, given, err);
	if (code < 0)
		options_free(&o);
	else
		*ret_options = o;
	return code;
}

void options_free(struct options *o)
{
	free(o->args);
	o->args = NULL;
}

bool options_image(const struct options *o)
{
	return o->root && strcmp(o->root, "/") != 0;
}

bool options_elsewhere(const struct options *o)
{
	return o->nargs > 0 || options_image(o);
}

/* Single quotes, and none where the word is plain. */
void options_quote(struct buf *out, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";

	buf_byte(out, ' ');
	if (*word && word[strspn(word, plain)] == '\0') {
		buf_str(out, word);
		return;
	}
	buf_byte(out, '\'');
	for (; *word; word++)
		if (*word == '\'')
			buf_str(out, "'\\''");
		else
			buf_byte(out, *word);
	buf_byte(out, '\'');
}

void options_sender(struct buf *out, enum sender_kind kind, struct span id)
{
	struct buf name = BUF_MAX(8192);

	buf_addf(&name, "%s:", sender_kind_name(kind));
	buf_span(&name, id);
	buf_byte(&name, '\0');
	options_quote(out, name.p);
	buf_free(&name);
}

void options_again(const struct options *o, const char *verb, int skip, struct buf *out)
{
	const struct verb *v = command_named(span_str(verb));
	const uint64_t known = v ? v->flags : 0;
	const struct {
		enum flag_id flag;
		const char *value;
	} texts[] = { { FLAG_ROOT, o->root },
		      { FLAG_SINCE, o->since },
		      { FLAG_UNTIL, o->until },
		      { FLAG_STATE, o->state },
		      { FLAG_CONFIG, o->config } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].value && known & UINT64_C(1) << texts[i].flag) {
			buf_str(out, " --");
			buf_str(out, command_flag(texts[i].flag)->name);
			options_quote(out, texts[i].value);
		}
	if (o->unconfined && known & UINT64_C(1) << FLAG_UNCONFINED)
		buf_str(out, " --unconfined");
	for (int i = skip; v && v->nargs_max && i < o->nargs; i++)
		options_quote(out, o->args[i]);
}

void options_command(const struct options *o, const char *words, int skip, struct buf *out)
{
	char verb[32] = "";

	memcpy(verb, words, strcspn(words, " ") % sizeof(verb));
	buf_str(out, "spamtrail ");
	buf_str(out, words);
	options_again(o, verb, skip, out);
}

int options_no_incident(const struct options *o, const char *id, const char *where, int skip, struct err *err)
{
	struct buf command = BUF_MAX(16384);
	int rc;

	options_command(o, "investigate", skip, &command);
	rc = err_set(err, EXIT_NOINPUT, "%.40s: no such incident %s; %.*s shows the ids", id, where,
		     (int)command.n, command.p);
	buf_free(&command);
	return rc;
}
