/*
 * weigh_run - see weigh.h: what is run, and by whose choice: text as PHP or as a command, a function by its name, a file.
 *
 * TRUST: what an event holds of a script's text is read by its bytes, and never followed.
 */
#include "scan/weigh.h"

#include "scan/php.h"

/* A method of a class in a file that belongs to a program: its own hole, or a plug-in's. */
static bool part_of_class(const struct weighing *w, const struct event *e)
{
	return !w->alone && w->q->classes && e->in_function;
}

/* Text run as PHP: where it comes from decides. */
static void code(struct weighing *w, const struct event *e)
{
	if (e->kind == EVENT_UNSET) {
		if (w->unset && w->small)
			weigh_add(w, "php.code.unset", CLASS_BACKDOOR, 60, e,
				  "nothing sets the pattern by which a request's text is put in");
		return;
	}
	if (e->kind == EVENT_MADE && w->alone)
		weigh_add(w, "php.code.made", CLASS_BACKDOOR, 60, e,
			  "what a function makes of a request's text is run as PHP");
	if (e->marks & (M_FIELD | M_BODY))
		weigh_add(w, "php.code.request", CLASS_BACKDOOR,
			  e->marks & M_BEHIND	? 70
			  : part_of_class(w, e) ? 90
						: 120,
			  e, "what a request brings is run as PHP");
	else if (e->sink == SINK_REPLACE && e->second & (M_FIELD | M_BODY))
		weigh_add(w, "php.code.subject", CLASS_BACKDOOR, 80, e,
			  "what a pattern finds in a request is run as PHP");
	else if (e->marks & (M_HEADER | M_VISITOR | M_UPLOAD))
		weigh_add(w, "php.code.header", CLASS_BACKDOOR, 100, e,
			  "what a request's headers or an upload bring is run as PHP");
	else if (e->marks & M_REMOTE)
		weigh_add(w, "php.code.remote", CLASS_DROPPER, 110, e,
			  "what another server sends is run as PHP");
	else if (e->marks & M_SELF)
		weigh_add(w, "php.code.self", CLASS_OBFUSCATED, 90, e,
			  "the file reads itself and runs a part of it");
	else if (e->marks & M_LOOSE && w->unset)
		weigh_add(w, "php.code.loose", CLASS_BACKDOOR, 60, e,
			  "a variable that nothing sets is run as PHP");
	if (e->marks & M_FRAGILE)
		weigh_add(w, "php.code.decoded_twice", CLASS_OBFUSCATED, 90, e,
			  "text that was decoded more than once is run as PHP");
	else if (e->marks & M_DECODED || (e->marks & M_CHANGED && e->content.n && w->alone))
		weigh_add(w, "php.code.decoded", CLASS_OBFUSCATED, e->marks & M_DECODED ? 70 : 60, e,
			  "decoded text is run as PHP");
	else if (e->marks & M_PARAMETER && !(e->marks & (M_BEHIND | M_INNER)) && w->small &&
		 (w->q->dynamic || w->q->supers))
		weigh_add(w, "php.code.parameter", CLASS_BACKDOOR, 50, e,
			  "whatever a function is called with is run as PHP");
	else if (e->marks & M_FILE && w->alone)
		weigh_add(w, "php.code.file", CLASS_OBFUSCATED,
			  e->sink == SINK_REPLACE ? 100
			  : e->marks & M_CHANGED  ? 70
			  : w->small		  ? 60
						  : 40,
			  e, "what stands in another file is run as PHP");
	if (e->built)
		weigh_add(w, "php.code.built", CLASS_OBFUSCATED, 100, e,
			  "text that was put together from pieces is run as PHP");
	if (e->hidden)
		weigh_add(w, "php.code.hidden", CLASS_OBFUSCATED, 100, e,
			  "the function that runs PHP is called by a name put together from pieces");
}

/* Names a program that takes commands. */
static bool shell(struct span command)
{
	static const char *const names[] = { "/bin/sh", "/bin/bash", "bash -i", "cmd.exe", "nc -e" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_search(command, 0, span_str(names[i])) >= 0)
			return true;
	return false;
}

/* Objects of Windows that start programs, make users or go through folders. */
static bool drives(struct span object)
{
	static const char *const names[] = { "shell", "iis:", "scripting.filesystem", "adodb.stream" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t at = 0; at + strlen(names[i]) <= object.n; at++)
			if (span_eq_nocase(span_of(object.p + at, strlen(names[i])), span_str(names[i])))
				return true;
	return false;
}

/* Text run as a command. */
static void command(struct weighing *w, const struct event *e)
{
	int weight = w->alone ? 100 : 55;

	w->commands = true;
	if (span_search(e->content, 0, SPAN("sendmail")) >= 0)
		w->sendmail = true;
	else
		w->others = true;
	if (e->marks & (M_FIELD | M_BODY))
		weigh_add(w, "php.command.request", CLASS_WEBSHELL,
			  e->marks & M_BEHIND ? weight * 7 / 10 : weight + 10, e,
			  "what a request brings is run as a command");
	else if (e->marks & (M_HEADER | M_VISITOR))
		weigh_add(w, "php.command.header", CLASS_WEBSHELL, e->marks & M_BEHIND ? 40 : 80, e,
			  "what a request's headers bring is run as a command");
	else if (e->marks & (M_REMOTE | M_SOCKET))
		weigh_add(w, "php.command.remote", CLASS_WEBSHELL, w->alone ? 100 : 40, e,
			  "what another server sends is run as a command");
	else if (e->marks & M_LOOSE && w->unset)
		weigh_add(w, "php.command.loose", CLASS_WEBSHELL, 50, e,
			  "a variable that nothing sets is run as a command");
	if (w->alone && span_eq(e->function, SPAN("COM")) && drives(e->content))
		weigh_add(w, "php.com", CLASS_WEBSHELL, 50, e, "it drives the system's own programs");
	else if (w->alone && shell(e->content))
		weigh_add(w, "php.command.shell", CLASS_WEBSHELL, w->q->sinks >> SINK_SEND & 1 ? 100 : 40, e,
			  "a shell of the system's is started");
	if (e->layer && w->alone && !(e->marks & (M_FIELD | M_BODY)))
		weigh_add(w, "php.command.inner", CLASS_WEBSHELL, 60, e,
			  "text that is run as PHP runs a command");
	if (e->hidden)
		weigh_add(w, "php.command.hidden", CLASS_OBFUSCATED, 100, e,
			  "the function that runs commands is called by a name put together from pieces");
}

/* The name of what is called is chosen by somebody else. */
static void callback(struct weighing *w, const struct event *e)
{
	if (e->name_marks & (M_FIELD | M_BODY | M_HEADER) && e->name_marks & M_BEHIND &&
	    e->third & (M_FIELD | M_BODY) && w->alone)
		weigh_add(w, "php.call.part", CLASS_BACKDOOR, 60, e,
			  "a request brings a part of the function's name, and what it is given");
	else if (e->name_marks & M_SELF &&
		 (e->third & (M_FIELD | M_BODY) || e->name_marks & (M_DECODED | M_CHANGED)))
		weigh_add(w, "php.call.self", CLASS_BACKDOOR, 100, e,
			  "the file itself holds the name of the function that is called");
	else if (e->name_marks & M_FILE && e->third & (M_FIELD | M_BODY) && w->alone)
		weigh_add(w, "php.call.file", CLASS_BACKDOOR, 60, e,
			  "a file names the function that a request's text is given to");
	else if (e->name_marks & (M_FIELD | M_BODY | M_HEADER) && !(e->name_marks & (M_BEHIND | M_CHOSEN)))
		weigh_add(w, "php.call.request", CLASS_BACKDOOR,
			  (e->third & OUTSIDE ? 110 : 60) - (w->alone && w->q->includes < 2 ? 0 : 40), e,
			  "a request names the function that is called");
	else if (e->name_marks & M_REMOTE)
		weigh_add(w, "php.call.remote", CLASS_BACKDOOR, 60, e,
			  "another server names the function that is called");
	else if (w->small && w->unset &&
		 (e->third & (M_FIELD | M_BODY) || w->q->tokens < TINY || !w->q->html) &&
		 (e->name_marks & M_LOOSE || (e->sink == SINK_CALLBACK && e->marks & M_LOOSE)))
		weigh_add(w, "php.call.loose", CLASS_BACKDOOR, e->third & (M_FIELD | M_BODY) ? 60 : 50, e,
			  "a variable that nothing sets is the function that is called");
	else if (e->name_marks & M_VISITOR && !(e->name_marks & (M_BEHIND | M_INNER)) && w->alone)
		weigh_add(w, "php.call.header", CLASS_BACKDOOR, 80, e,
			  "a request's headers name the function that is called");
	else if (e->name_marks & (M_BUILT | M_BARE) && !(e->name_marks & M_INPUT) && w->alone &&
		 !w->q->classes && e->name_marks & ~(uint32_t)(M_BEHIND | M_CHOSEN))
		weigh_add(w, "php.call.built", CLASS_OBFUSCATED, 50, e,
			  "the name of the function that is called is put together from pieces");
	else if (e->marks & (M_FIELD | M_BODY) && !(e->marks & (M_BEHIND | M_CHOSEN)) &&
		 e->sink == SINK_CALLBACK && !(e->name_marks & ~(uint32_t)M_BUILT))
		weigh_add(w, "php.callback.request", CLASS_BACKDOOR, w->alone ? 90 : 30, e,
			  "a request names the function that is called back");
	else if (!e->name_marks && e->sink == SINK_CALLBACK && e->third & (M_FIELD | M_BODY) && w->small &&
		 !w->q->includes && !w->q->classes)
		weigh_add(w, "php.call.unknown", CLASS_BACKDOOR, 50, e,
			  "a request's text is given to a function whose name shows nowhere");
}

/* The name of a function that runs things goes to one that will call it. */
static void given(struct weighing *w, const struct event *e)
{
	if (e->kind == EVENT_NAMED)
		weigh_add(w, "php.given.markup", CLASS_BACKDOOR, w->alone ? 80 : 50, e,
			  "a function that runs code is called out of XML");
	else if (e->hidden)
		weigh_add(
			w, "php.given.hidden", CLASS_BACKDOOR, w->alone ? 100 : 60, e,
			"the name of a function that runs code is put together from pieces and handed over");
	else if (e->second & (M_FIELD | M_BODY))
		weigh_add(w, "php.given.request", CLASS_BACKDOOR, w->alone ? 100 : 30, e,
			  "a function that runs code is handed over, together with a request's text");
	else if (w->small && w->q->supers)
		weigh_add(w, "php.given", CLASS_BACKDOOR, 50, e, "a function that runs code is handed over");
}

/* An address that unpacks or decodes on its way. */
static bool wrapped(struct span path)
{
	static const char *const plain[] = { "http", "https", "ftp", "ftps", "file", "glob" };
	ptrdiff_t colon = span_search(path, 0, SPAN("://"));
	bool known = colon < 3 || colon > 16;

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]) && !known; i++)
		known = span_eq_nocase(span_head(path, (size_t)colon), span_str(plain[i]));
	/* expect://, or one that the script makes itself */
	for (ptrdiff_t i = 0; i < colon && !known; i++)
		known = !((path.p[i] | 0x20) >= 'a' && (path.p[i] | 0x20) <= 'z') && path.p[i] != '.';
	if (!known && !span_starts(path, SPAN("php://")))
		return true;
	return span_starts(path, SPAN("phar://")) || span_starts(path, SPAN("zip://")) ||
	       span_starts(path, SPAN("php://filter")) || span_starts(path, SPAN("compress."));
}

/* The file that is run: chosen by a request, fetched, uploaded, or named so that nobody can read it. */
static void include(struct weighing *w, const struct event *e)
{
	if (e->marks & (M_FIELD | M_BODY) && !(e->marks & M_BEHIND) && w->alone)
		weigh_add(w, "php.include.request", CLASS_BACKDOOR,
			  e->marks & M_INNER   ? (w->small ? 60 : 40)
			  : w->q->includes > 2 ? 50
					       : 80,
			  e, "a request names the file that is run");
	else if (e->marks & M_UPLOAD)
		weigh_add(w, "php.include.upload", CLASS_BACKDOOR, 100, e, "an upload is run");
	else if (e->marks & M_REMOTE || span_starts(e->content, SPAN("http")))
		weigh_add(w, "php.include.remote", CLASS_DROPPER, part_of_class(w, e) ? 40 : 60, e,
			  "code of another server is run");
	else if (e->marks & M_LOOSE && !(e->marks & M_BEHIND) && w->alone && w->q->includes == 1 &&
		 w->small && !e->in_function)
		weigh_add(w, "php.include.loose", CLASS_BACKDOOR, 50, e,
			  "a variable that nothing sets names the file that is run");
	if (e->marks & M_PICTURE)
		weigh_add(w, "php.include.picture", CLASS_BACKDOOR, w->alone ? 100 : 60, e,
			  "a picture is run as PHP");
	else if (wrapped(e->content))
		weigh_add(w, "php.include.wrapper", CLASS_BACKDOOR, w->alone ? 80 : 50, e,
			  "what is run is taken out of an archive or another file's text");
	if (e->marks & M_TEMP && e->second & (M_FIELD | M_BODY | M_REMOTE | M_DECODED | M_SELF))
		weigh_add(w, "php.include.temporary", CLASS_BACKDOOR,
			  w->alone || (e->second & M_SELF && e->second & M_DECODED) ? 100 : 40, e,
			  "hidden text is run out of a temporary file");
	else if (e->second & (M_DECODED | M_REMOTE) && w->alone)
		weigh_add(w, "php.include.written", CLASS_DROPPER, 70, e,
			  "decoded or fetched text is written to a file and run");
	if (e->marks & M_ESCAPED && e->content.n)
		/* planted lines know where their file lies; a program that hides its parts keeps them beside it */
		weigh_add(w, "php.include.escaped", CLASS_BACKDOOR,
			  w->alone || e->content.p[0] == '/' ? 100 : 60, e,
			  "the file that is run is named in escapes");
}

void weigh_run(struct weighing *w, const struct event *e)
{
	switch (e->sink) {
	case SINK_CODE:
	case SINK_MAKE:
	case SINK_REPLACE:
		code(w, e);
		break;
	case SINK_COMMAND:
		command(w, e);
		break;
	case SINK_CALLBACK:
		callback(w, e);
		break;
	case SINK_GIVEN:
		given(w, e);
		break;
	case SINK_INCLUDE:
		include(w, e);
		break;
	default:
		break;
	}
}
