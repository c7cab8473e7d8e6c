/*
 * weigh_whole - see weigh.h: what the whole file looks like. Signs that no single event has: each of these calls by itself is
 * an honest program's, together they are a tool's.
 */
#include "scan/weigh.h"

#include "scan/php.h"

/* Tokens of a script that runs a command; and of what tries one hole in PHP itself. */
enum { TINY_COMMAND = 110, PROOF = 2000 };
/* So often nobody writes ${"GLOBALS"} who wants to be read. */
enum { SPELLED = 10 };
/* Words that who asks is compared with. */
enum { LISTED = 15, LISTED_LONG = 40 };
/* Variables of unreadable names, in whatever file. */
enum { NAMES_MANY = 50 };

/* What a tool does. */
static void works(struct weighing *w)
{
	const struct quick *q = w->q;
	const struct events *ev = w->ev;
	int kinds = __builtin_popcount(q->commands);
	int files = (int)(w->steereds * 10 - w->loose * 5);

	if (kinds >= 4 && !w->alone && !q->namespaces && !q->includes && q->classes <= 1)
		weigh_add(w, "php.commands", CLASS_WEBSHELL, 50, NULL,
			  "it tries several ways to run a command");
	if (kinds >= 3 && w->alone)
		weigh_add(w, "php.commands", CLASS_WEBSHELL, 20 + kinds * 10, NULL,
			  "it tries several ways to run a command");
	if (files >= (w->small ? 30 : 40) && w->alone)
		weigh_add(w, "php.files.request", CLASS_WEBSHELL, files > 120 ? 120 : files + 10, NULL,
			  "a request steers reading, writing and removing of files");
	if (w->connects && w->queries)
		weigh_add(w, "php.database.request", CLASS_WEBSHELL, 60, NULL,
			  "a request chooses the database and what it is asked");
	if (w->connects && !w->queries && __builtin_popcount(q->probes) >= 1 && w->alone)
		weigh_add(w, "php.database.connect", CLASS_WEBSHELL, 50, NULL,
			  "a request chooses the database, and it looks around on the server");
	if (q->outfiles && q->scripts && w->alone)
		weigh_add(w, "php.database.script", CLASS_DROPPER, 60, NULL,
			  "a database is made to write a script");
	if (w->connects && !w->queries && w->small && !q->includes && !q->classes)
		weigh_add(w, "php.database.small", CLASS_WEBSHELL, 50, NULL,
			  "a request chooses the database, and little else is done");
	if (ev->passwords && w->alone && !q->includes && !q->classes)
		weigh_add(w, "php.password", CLASS_BACKDOOR, 50, NULL,
			  "it asks for a password whose digest stands in the script");
}

/* What it hides, and how: by names, times, jumps or packing. */
static void conceals(struct weighing *w)
{
	const struct quick *q = w->q;
	const struct events *ev = w->ev;

	/* where calls are hidden, too, it says nothing new about what the file is */
	if (ev->hidden_supers && !ev->hidden_calls && w->alone)
		weigh_add(w, "php.super.hidden", CLASS_OBFUSCATED, 60, NULL,
			  "the name of what a request brings is put together from pieces");
	if (ev->spelled_supers >= SPELLED && w->alone && !ev->hidden_calls)
		weigh_add(w, "php.super.spelled", CLASS_OBFUSCATED, 60, NULL,
			  "what a request brings, or all variables, are named by texts again and again");
	if (w->mutes && w->mails)
		weigh_add(w, "php.mail.muted", CLASS_MAILER, w->alone ? 80 : 50, NULL,
			  "it mails, and turns off the line that tells which script did");
	if (w->ages && q->sinks & (BIT(SINK_WRITE) | BIT(SINK_PUT) | BIT(SINK_UPLOAD)) && w->alone &&
	    !q->classes)
		weigh_add(w, "php.touch", CLASS_DROPPER, 50, NULL,
			  "it writes files and gives files times that are not now");
	if (w->links && w->accounts && w->alone)
		weigh_add(w, "php.accounts", CLASS_WEBSHELL, 70, NULL,
			  "it goes through the server's accounts and makes links");
	if (ev->limits & (LIMIT_STEPS | LIMIT_BYTES | LIMIT_LAYERS) && q->evals && q->longest > 2000)
		weigh_add(w, "php.packed", CLASS_OBFUSCATED, 60, NULL,
			  "it runs PHP and holds packed text that takes longer than the limit to unpack");
	else if ((ev->limits || ev->endless) &&
		 (((q->evals || ev->hidden_calls) && q->supers && w->alone) ||
		  (q->dynamic && q->classes && q->tokens < PROOF && quick_starts(q) && !q->namespaces)))
		weigh_add(w, "php.limit", CLASS_OBFUSCATED, 50, NULL,
			  "it runs PHP, and there is more of it than can be worked out");
	if (ev->hidden_calls >= 3 || (w->alone && ev->hidden_calls))
		weigh_add(w, "php.calls.hidden", CLASS_OBFUSCATED,
			  ev->hidden_calls >= 8	  ? 100
			  : ev->hidden_calls >= 2 ? 60
						  : 50,
			  NULL, "functions are called by names put together from pieces");
	if (ev->hidden_names && w->alone)
		weigh_add(w, "php.name.hidden", CLASS_OBFUSCATED, 60, NULL,
			  "the name of a function that runs things is put together from pieces");
	if (w->alone && ev->escaped >= 100)
		weigh_add(w, "php.escaped", CLASS_OBFUSCATED, ev->escaped >= 500 ? 90 : 60, NULL,
			  "plain letters are written as escapes");
	if (w->alone && ev->gotos >= 10)
		weigh_add(w, "php.goto", CLASS_OBFUSCATED, 60, NULL, "its order is hidden by jumps");
	if ((q->names >= NAMES_MANY && !q->binary && q->names * 5 >= q->variables * 4) ||
	    (w->alone && q->names >= 10))
		weigh_add(w, "php.names", CLASS_OBFUSCATED, 60, NULL,
			  "its variables have names nobody can read");
}

/* What it does little more than, and whom it is hidden from. */
static void remains(struct weighing *w)
{
	const struct quick *q = w->q;
	const struct events *ev = w->ev;

	if (w->commands && w->others && w->small && !q->includes && !q->classes && (w->piped || w->kept))
		weigh_add(w, "php.command.written", CLASS_WEBSHELL, 50, NULL,
			  "it runs a program, and what a request brings is written to it or to a file");
	if (w->commands && w->alone && q->tokens < TINY_COMMAND && !q->includes &&
	    (!q->functions || (q->functions == 1 && q->tokens < TINY)) && !q->uses) {
		if (w->sendmail && w->piped && !w->others)
			weigh_add(w, "php.mail.piped", CLASS_MAILER, 50, NULL,
				  "it does little more than hand a request's text to sendmail");
		else
			weigh_add(w, "php.command.tiny", CLASS_WEBSHELL, 50, NULL,
				  "it does little more than run a command");
	}
	if (((ev->strangers && q->tokens < TINY) ||
	     (ev->nameless && w->small && (!q->classes || q->tokens < TINY_FETCH))) &&
	    w->alone && !q->includes)
		weigh_add(w, "php.call.stranger", CLASS_BACKDOOR, 50, NULL,
			  "a request's text is given to a function that is nowhere");
	if (w->hides >= 2 || (w->hides && q->self && !q->classes))
		weigh_add(w, "php.hides", CLASS_BACKDOOR, w->hides >= 2 && !q->classes ? 100 : 60, NULL,
			  "it hides plug-ins or users from the site's own lists");
	if (w->alone && !q->classes && ev->visitors >= (q->exits ? LISTED : LISTED_LONG) &&
	    (q->exits || q->sinks >> SINK_REDIRECT & 1))
		weigh_add(w, "php.cloak", CLASS_DOORWAY, 50, NULL,
			  "visitors are turned away by a long list of who they may be");
	if (q->injected)
		weigh_add(w, "php.html.injected", CLASS_DOORWAY, 60, NULL,
			  "another server's script was put in front of it");
	if (q->picture)
		weigh_add(w, "php.picture", CLASS_BACKDOOR, 60, NULL, "a picture holds a script");
	if (__builtin_popcount(q->probes) >= 3 && w->alone)
		weigh_add(w, "php.probes", CLASS_WEBSHELL, 30, NULL, "it looks around on the server");
}

void weigh_whole(struct weighing *w)
{
	works(w);
	conceals(w);
	remains(w);
}
