/*
 * command_text - help, completion and the manual's lists out of the command table (commands.h).
 * TRUST: our own texts only.
 */
#include "app/commands.h"

#define HELP_COLUMNS 80
#define HELP_TEXT 30 /* where what is said of a flag begins */

static void put_blanks(struct buf *out, size_t n)
{
	while (n--)
		buf_byte(out, ' ');
}

/* TEXT, wrapped at blanks; the first line goes on at COL, the others begin at INDENT. */
static void put_wrapped(struct buf *out, const char *text, size_t col, size_t indent)
{
	while (*text) {
		size_t n = strcspn(text, " \n");

		if (col > indent && col + n > HELP_COLUMNS) {
			out->n -= out->n && out->p[out->n - 1] == ' ';
			buf_byte(out, '\n');
			put_blanks(out, indent);
			col = indent;
		}
		buf_add(out, text, n);
		col += n;
		text += n;
		if (*text == '\n') {
			buf_byte(out, '\n');
			col = 0;
		} else if (*text == ' ') {
			buf_byte(out, ' ');
			col++;
		}
		text += *text != '\0';
	}
}

static const char *text_of(const struct verb *v, int flag)
{
	for (size_t i = 0; i < FLAG_TEXTS; i++)
		if (v->own[i].text && (int)v->own[i].id == flag)
			return v->own[i].text;
	return command_flag((enum flag_id)flag)->text;
}

/* An entry of a list, PREFIX, NAME and ARG, then TEXT in its column, on the next line where it would touch. */
static void put_entry(struct buf *out, const char *prefix, const char *name, const char *arg,
		      const char *text)
{
	size_t n = out->n;

	buf_str(out, prefix);
	buf_str(out, name);
	if (arg && *arg) {
		buf_byte(out, ' ');
		buf_str(out, arg);
	}
	n = out->n - n;
	if (n >= HELP_TEXT) {
		buf_byte(out, '\n');
		n = 0;
	}
	put_blanks(out, HELP_TEXT - n);
	put_wrapped(out, text, HELP_TEXT, HELP_TEXT);
	buf_byte(out, '\n');
}

static bool has(const struct verb *v, int flag)
{
	return v->flags >> flag & 1 || flag == FLAG_HELP;
}

void command_help(struct buf *out)
{
	const struct verb *v;

	buf_str(out, "spamtrail " SPAMTRAIL_VERSION ": finds who sends spam from this server, with proof.\n"
		     "usage: spamtrail COMMAND [FLAGS] [ARGUMENTS]\n\n");
	for (size_t i = 0; (v = command_verb(i)) != NULL; i++)
		put_entry(out, "  ", v->name, v->args, v->summary);
	buf_str(out, "\nFlags and details: spamtrail help VERB, man spamtrail\n");
}

void command_help_verb(struct buf *out, const struct verb *v)
{
	buf_str(out, "spamtrail ");
	buf_str(out, v->name);
	if (*v->args) {
		buf_byte(out, ' ');
		buf_str(out, v->args);
	}
	buf_str(out, "\n\n");
	put_wrapped(out, v->summary, 0, 0);
	buf_byte(out, '\n');
	put_wrapped(out, v->text, 0, 0);
	buf_byte(out, '\n');
	for (int f = 0; f < FLAGS; f++) {
		const struct flag *flag = command_flag((enum flag_id)f);

		if (has(v, f))
			put_entry(out, "  --", flag->name, flag->arg, text_of(v, f));
	}
}

/* The words of "auto|always|never" with blanks between. */
static void put_words(struct buf *out, const char *words)
{
	for (; *words; words++)
		buf_byte(out, *words == '|' ? ' ' : *words);
}

static void complete_values(struct buf *out)
{
	buf_str(out, "\tcase $prev in\n");
	for (int i = 0; i < FLAGS; i++) {
		const struct flag *f = command_flag((enum flag_id)i);

		if (f->value == VALUE_NONE)
			continue;
		buf_str(out, "\t--");
		buf_str(out, f->name);
		buf_str(out, ") ");
		if (f->value == VALUE_FILE || f->value == VALUE_DIR)
			buf_str(out, f->value == VALUE_DIR ? "compopt -o dirnames" : "compopt -o default");
		if (f->value == VALUE_WORDS) {
			buf_str(out, "COMPREPLY=($(compgen -W '");
			put_words(out, f->arg);
			buf_str(out, "' -- \"$cur\"))");
		}
		buf_str(out, f->value == VALUE_TEXT ? "return ;;\n" : "; return ;;\n");
	}
	buf_str(out, "\tesac\n");
}

static void complete_verb(struct buf *out, const struct verb *v)
{
	buf_str(out, "\t");
	buf_str(out, v->name);
	buf_str(out, ") flags='");
	for (int f = 0; f < FLAGS; f++)
		if (has(v, f)) {
			buf_str(out, " --");
			buf_str(out, command_flag((enum flag_id)f)->name);
		}
	buf_str(out, "'");
	if (v->words) {
		buf_str(out, "; words='");
		buf_str(out, v->words);
		/* help's words are the verbs, put in below */
		buf_str(out, *v->words ? "'" : "'$verbs");
	}
	if (v->files)
		buf_str(out, "; files=1");
	buf_str(out, " ;;\n");
}

void command_completion(struct buf *out)
{
	const struct verb *v;

	buf_str(out, "# bash completion for spamtrail, printed by: spamtrail help --completion bash\n"
		     "_spamtrail() {\n"
		     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		     "\tlocal verb= flags= words= files= word verbs='");
	for (size_t i = 0; (v = command_verb(i)) != NULL; i++) {
		buf_str(out, i ? " " : "");
		buf_str(out, v->name);
	}
	/* --by=class comes in three words */
	buf_str(out, "'\n\tCOMPREPLY=()\n"
		     "\tif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; elif [ \"$cur\" = = ]; "
		     "then cur=; fi\n");
	complete_values(out);
	buf_str(out, "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
		     "\t\tcase \" $verbs \" in *\" $word \"*) verb=$word; break ;; esac\n"
		     "\tdone\n"
		     "\tcase $verb in\n"
		     "\t'') words=$verbs; flags='--help --version' ;;\n");
	for (size_t i = 0; (v = command_verb(i)) != NULL; i++)
		complete_verb(out, v);
	buf_str(out, "\tesac\n"
		     "\tcase $cur in -*) words=$flags; files= ;; esac\n"
		     "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		     "\t[ -z \"$files\" ] || compopt -o default\n"
		     "}\n"
		     "complete -F _spamtrail spamtrail\n");
}

/* scdoc takes _ and * for styles; a table's texts are plain. */
static void put_scdoc(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (strchr("_*\\[]#", *s))
			buf_byte(out, '\\');
		buf_byte(out, *s);
	}
}

static void manual_flags(struct buf *out)
{
	buf_str(out, "\n# OPTIONS\n\n");
	for (int i = 0; i < FLAGS; i++) {
		const struct flag *f = command_flag((enum flag_id)i);

		buf_str(out, "*--");
		buf_str(out, f->name);
		buf_str(out, "*");
		if (f->arg) {
			buf_byte(out, ' ');
			put_scdoc(out, f->arg);
		}
		buf_str(out, "\n\t");
		put_scdoc(out, f->text);
		buf_str(out, "\n\n");
	}
}

void command_manual(struct buf *out)
{
	const struct verb *v;

	buf_str(out, "# SYNOPSIS\n\n");
	for (size_t i = 0; (v = command_verb(i)) != NULL; i++) {
		buf_str(out, "*spamtrail ");
		buf_str(out, v->name);
		buf_str(out, "* ");
		put_scdoc(out, v->args);
		buf_str(out, "++\n");
	}
	buf_str(out, "*spamtrail --version*\n\n# COMMANDS\n\n");
	for (size_t i = 0; (v = command_verb(i)) != NULL; i++) {
		buf_str(out, "*");
		buf_str(out, v->name);
		buf_str(out, "* ");
		put_scdoc(out, v->args);
		buf_str(out, "\n\t");
		put_scdoc(out, v->summary);
		buf_str(out, ".");
		for (const char *p = v->text; *p; p++) {
			if (p == v->text)
				buf_byte(out, ' ');
			if (*p == '\n')
				buf_str(out, p[1] ? " " : "");
			else
				put_scdoc(out, (char[]){ *p, '\0' });
		}
		buf_str(out, "\n\n");
	}
	manual_flags(out);
}
