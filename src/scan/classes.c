/*
 * classes - facts to a judgement: what kind of thing is this file, and how sure is that?
 *
 * Each reason weighs in tenths; 100 is malicious, 50 suspicious. No reason knows a name of any malware: it says what flows
 * where. The same flow weighs less in a file that belongs to a program (classes, namespaces, includes around it).
 */
#include "scan/php.h"

#include "scan/value.h"

/*
 * In tenths: a finding shows 10.0 and 5.0. One sure sign is enough for the first; a doubtful one for the
 * second. Doubtful ones make a sure one only together with a strong one, or where there are three of them.
 */
enum { MALICIOUS = 100, SUSPICIOUS = 50, SURE = 80, DOUBT = 10 };

/* Names of a program elsewhere that a script of its own may use: a class it needs, a word misspelt. */
enum { OUTSIDE_MOST = 3 };

/* Tokens of a script that does one thing. */
enum { TINY = 60, TINY_COMMAND = 110, TINY_FETCH = 150, SMALL = 500 };
/* So often nobody writes ${"GLOBALS"} who wants to be read. */
enum { SPELLED = 10 };
/* Tokens of what tries one hole in PHP itself. */
enum { PROOF = 2000 };
/* Words that who asks is compared with. */
enum { LISTED = 15, LISTED_LONG = 40 };
/* Variables of unreadable names, in whatever file. */
enum { NAMES_MANY = 50 };

struct weighing {
	const struct quick *q;
	const struct events *ev;
	struct judgement *j;
	int by_class[SCAN_CLASSES];
	bool unset; /* a variable that nothing here sets is set by nobody, but old PHP took requests' fields for such */
	bool alone; /* a script of its own, no part of a program */
	bool small; /* and hardly more than what is told */
	struct span steered[24]; /* different functions on files that a request steers */
	uint32_t steereds, loose;
	bool connects, queries, accounts, links, commands;
	uint32_t hides; /* lists of the site that it changes */
	bool leaves; /* the visitor is sent to another host */
	bool kept; /* a request's text is written to a file */
	bool mutes, mails; /* the line that tells which script mails is turned off; it mails */
	bool ages; /* files are given times that are not now */
	bool sendmail, others, piped; /* sendmail is run; other commands are; a request's text is written */
};

/* Each rule counts once, at its heaviest. */
static void add(struct weighing *w, const char *rule, uint8_t class, int weight, const struct event *e,
		const char *text)
{
	struct judgement *j = w->j;
	struct reason *r;

	/* the same again proves nothing more */
	for (uint32_t i = 0; i < j->reasons; i++)
		/*
		 * compared by address: compilers keep equal literals of a file once, and one that did not
		 * would only tell a rule twice
		 */
		if (j->reason[i].rule == rule) {
			if (j->reason[i].weight >= weight)
				return;
			j->score += weight - j->reason[i].weight;
			w->by_class[class] += weight - j->reason[i].weight;
			j->reason[i].weight = weight;
			j->reason[i].event = e ? (uint32_t)(e - w->ev->event) + 1 : 0;
			j->reason[i].text = text;
			return;
		}
	if (j->reasons == REASONS_MOST)
		return;
	r = &j->reason[j->reasons++];
	*r = (struct reason){ .rule = rule,
			      .text = text,
			      .weight = weight,
			      .class = class,
			      .event = e ? (uint32_t)(e - w->ev->event) + 1 : 0 };
	j->score += weight;
	w->by_class[class] += weight;
}

#define OUTSIDE (M_FIELD | M_BODY | M_HEADER)
#define BIT(sink) (UINT64_C(1) << (sink))

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
			add(w, "php.code.unset", CLASS_BACKDOOR, 60, e,
			    "nothing sets the pattern by which a request's text is put in");
		return;
	}
	if (e->kind == EVENT_MADE && w->alone)
		add(w, "php.code.made", CLASS_BACKDOOR, 60, e,
		    "what a function makes of a request's text is run as PHP");
	if (e->marks & (M_FIELD | M_BODY))
		add(w, "php.code.request", CLASS_BACKDOOR,
		    e->marks & M_BEHIND	  ? 70
		    : part_of_class(w, e) ? 90
					  : 120,
		    e, "what a request brings is run as PHP");
	else if (e->sink == SINK_REPLACE && e->second & (M_FIELD | M_BODY))
		add(w, "php.code.subject", CLASS_BACKDOOR, 80, e,
		    "what a pattern finds in a request is run as PHP");
	else if (e->marks & (M_HEADER | M_VISITOR | M_UPLOAD))
		add(w, "php.code.header", CLASS_BACKDOOR, 100, e,
		    "what a request's headers or an upload bring is run as PHP");
	else if (e->marks & M_REMOTE)
		add(w, "php.code.remote", CLASS_DROPPER, 110, e, "what another server sends is run as PHP");
	else if (e->marks & M_SELF)
		add(w, "php.code.self", CLASS_OBFUSCATED, 90, e,
		    "the file reads itself and runs a part of it");
	else if (e->marks & M_LOOSE && w->unset)
		add(w, "php.code.loose", CLASS_BACKDOOR, 60, e, "a variable that nothing sets is run as PHP");
	if (e->marks & M_FRAGILE)
		add(w, "php.code.decoded_twice", CLASS_OBFUSCATED, 90, e,
		    "text that was decoded more than once is run as PHP");
	else if (e->marks & M_DECODED || (e->marks & M_CHANGED && e->content.n && w->alone))
		add(w, "php.code.decoded", CLASS_OBFUSCATED, e->marks & M_DECODED ? 70 : 60, e,
		    "decoded text is run as PHP");
	else if (e->marks & M_PARAMETER && !(e->marks & (M_BEHIND | M_INNER)) && w->small &&
		 (w->q->dynamic || w->q->supers))
		add(w, "php.code.parameter", CLASS_BACKDOOR, 50, e,
		    "whatever a function is called with is run as PHP");
	else if (e->marks & M_FILE && w->alone)
		add(w, "php.code.file", CLASS_OBFUSCATED,
		    e->sink == SINK_REPLACE ? 100
		    : e->marks & M_CHANGED  ? 70
		    : w->small		    ? 60
					    : 40,
		    e, "what stands in another file is run as PHP");
	if (e->built)
		add(w, "php.code.built", CLASS_OBFUSCATED, 100, e,
		    "text that was put together from pieces is run as PHP");
	if (e->hidden)
		add(w, "php.code.hidden", CLASS_OBFUSCATED, 100, e,
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
		add(w, "php.command.request", CLASS_WEBSHELL,
		    e->marks & M_BEHIND ? weight * 7 / 10 : weight + 10, e,
		    "what a request brings is run as a command");
	else if (e->marks & (M_HEADER | M_VISITOR))
		add(w, "php.command.header", CLASS_WEBSHELL, e->marks & M_BEHIND ? 40 : 80, e,
		    "what a request's headers bring is run as a command");
	else if (e->marks & (M_REMOTE | M_SOCKET))
		add(w, "php.command.remote", CLASS_WEBSHELL, w->alone ? 100 : 40, e,
		    "what another server sends is run as a command");
	else if (e->marks & M_LOOSE && w->unset)
		add(w, "php.command.loose", CLASS_WEBSHELL, 50, e,
		    "a variable that nothing sets is run as a command");
	if (e->function.n == 3 && w->alone && drives(e->content) && memcmp(e->function.p, "COM", 3) == 0)
		add(w, "php.com", CLASS_WEBSHELL, 50, e, "it drives the system's own programs");
	else if (w->alone && shell(e->content))
		add(w, "php.command.shell", CLASS_WEBSHELL, w->q->sinks >> SINK_SEND & 1 ? 100 : 40, e,
		    "a shell of the system's is started");
	if (e->layer && w->alone && !(e->marks & (M_FIELD | M_BODY)))
		add(w, "php.command.inner", CLASS_WEBSHELL, 60, e, "text that is run as PHP runs a command");
	if (e->hidden)
		add(w, "php.command.hidden", CLASS_OBFUSCATED, 100, e,
		    "the function that runs commands is called by a name put together from pieces");
}

/* The name of what is called is chosen by somebody else. */
static void callback(struct weighing *w, const struct event *e)
{
	if (e->name_marks & (M_FIELD | M_BODY | M_HEADER) && e->name_marks & M_BEHIND &&
	    e->third & (M_FIELD | M_BODY) && w->alone)
		add(w, "php.call.part", CLASS_BACKDOOR, 60, e,
		    "a request brings a part of the function's name, and what it is given");
	else if (e->name_marks & M_SELF &&
		 (e->third & (M_FIELD | M_BODY) || e->name_marks & (M_DECODED | M_CHANGED)))
		add(w, "php.call.self", CLASS_BACKDOOR, 100, e,
		    "the file itself holds the name of the function that is called");
	else if (e->name_marks & M_FILE && e->third & (M_FIELD | M_BODY) && w->alone)
		add(w, "php.call.file", CLASS_BACKDOOR, 60, e,
		    "a file names the function that a request's text is given to");
	else if (e->name_marks & (M_FIELD | M_BODY | M_HEADER) && !(e->name_marks & (M_BEHIND | M_CHOSEN)))
		add(w, "php.call.request", CLASS_BACKDOOR,
		    (e->third & OUTSIDE ? 110 : 60) - (w->alone && w->q->includes < 2 ? 0 : 40), e,
		    "a request names the function that is called");
	else if (e->name_marks & M_REMOTE)
		add(w, "php.call.remote", CLASS_BACKDOOR, 60, e,
		    "another server names the function that is called");
	else if (w->small && w->unset &&
		 (e->third & (M_FIELD | M_BODY) || w->q->tokens < TINY || !w->q->html) &&
		 (e->name_marks & M_LOOSE || (e->sink == SINK_CALLBACK && e->marks & M_LOOSE)))
		add(w, "php.call.loose", CLASS_BACKDOOR, e->third & (M_FIELD | M_BODY) ? 60 : 50, e,
		    "a variable that nothing sets is the function that is called");
	else if (e->name_marks & M_VISITOR && !(e->name_marks & (M_BEHIND | M_INNER)) && w->alone)
		add(w, "php.call.header", CLASS_BACKDOOR, 80, e,
		    "a request's headers name the function that is called");
	else if (e->name_marks & (M_BUILT | M_BARE) && !(e->name_marks & M_INPUT) && w->alone &&
		 !w->q->classes && e->name_marks & ~(uint32_t)(M_BEHIND | M_CHOSEN))
		add(w, "php.call.built", CLASS_OBFUSCATED, 50, e,
		    "the name of the function that is called is put together from pieces");
	else if (e->marks & (M_FIELD | M_BODY) && !(e->marks & (M_BEHIND | M_CHOSEN)) &&
		 e->sink == SINK_CALLBACK && !(e->name_marks & ~(uint32_t)M_BUILT))
		add(w, "php.callback.request", CLASS_BACKDOOR, w->alone ? 90 : 30, e,
		    "a request names the function that is called back");
	else if (!e->name_marks && e->sink == SINK_CALLBACK && e->third & (M_FIELD | M_BODY) && w->small &&
		 !w->q->includes && !w->q->classes)
		add(w, "php.call.unknown", CLASS_BACKDOOR, 50, e,
		    "a request's text is given to a function whose name shows nowhere");
}

/* The name of a function that runs things goes to one that will call it. */
static void given(struct weighing *w, const struct event *e)
{
	if (e->kind == EVENT_NAMED)
		add(w, "php.given.markup", CLASS_BACKDOOR, w->alone ? 80 : 50, e,
		    "a function that runs code is called out of XML");
	else if (e->hidden)
		add(w, "php.given.hidden", CLASS_BACKDOOR, w->alone ? 100 : 60, e,
		    "the name of a function that runs code is put together from pieces and handed over");
	else if (e->second & (M_FIELD | M_BODY))
		add(w, "php.given.request", CLASS_BACKDOOR, w->alone ? 100 : 30, e,
		    "a function that runs code is handed over, together with a request's text");
	else if (w->small && w->q->supers)
		add(w, "php.given", CLASS_BACKDOOR, 50, e, "a function that runs code is handed over");
}

/* An upload was put at a path made of TO. */
static void stored(struct weighing *w, const struct event *e, bool script, uint32_t to)
{
	if (script)
		add(w, "php.upload.script", CLASS_UPLOADER, 80, e, "an upload becomes a script");
	else if (to & (M_UPLOAD_NAME | M_FIELD))
		add(w, "php.upload", CLASS_UPLOADER, w->q->classes && !w->small ? 40 : 60, e,
		    "an upload is stored under the name that the sender gave it");
	else if (w->small && !w->q->includes)
		add(w, "php.upload.small", CLASS_UPLOADER, 50, e,
		    "an upload is stored, and nothing else is done");
}

/* Files that are written: who chose the name, who the text. */
static void write_out(struct weighing *w, const struct event *e)
{
	uint32_t content = e->second;
	w->kept |= e->sink != SINK_PUT && content & (M_FIELD | M_BODY);
	bool script = e->marks & M_SCRIPT || value_script(e->content);

	/* into itself */
	script |= e->marks & M_SELF && e->marks & M_WRITER && !(e->marks & (M_BEHIND | M_INNER));
	/* fopen(c.php, w): what no quotes are around is still a text */
	script |= e->marks & M_BARE && e->marks & M_WRITER && w->small;
	if (content & (M_FIELD | M_BODY) && e->marks & (M_FIELD | M_BODY) && !(e->marks & M_BEHIND))
		add(w, "php.write.request", CLASS_DROPPER, w->alone ? 90 : 40, e,
		    "a request chooses the file and what is written to it");
	else if (content & (M_FIELD | M_BODY) && script && w->alone)
		add(w, "php.write.script", CLASS_DROPPER, 60, e,
		    "what a request brings is written to a script");
	if (w->unset && e->marks & M_LOOSE && content & M_LOOSE)
		add(w, "php.write.loose", CLASS_DROPPER, 60, e,
		    "variables that nothing sets choose the file and what is written to it");
	if (content & M_REMOTE && (script || e->marks & M_FIELD))
		add(w, "php.write.remote", CLASS_DROPPER, w->alone ? 80 : 40, e,
		    "what another server sends is written to a script");
	if (content & M_DECODED && script && w->alone)
		add(w, "php.write.decoded", CLASS_DROPPER, 60, e, "decoded text is written to a script");
	if (e->marks & M_FIELD && !(e->marks & M_BEHIND) && content & M_FILE &&
	    content & (M_CHANGED | M_DECODED) && w->small)
		add(w, "php.write.file", CLASS_DROPPER, 60, e,
		    "a request chooses where the decoded text of another file is written");
	if (content & M_SECRET && (content & M_CLIENT || w->leaves) && w->alone)
		add(w, "php.write.secret", CLASS_CREDENTIAL_MAILER, 60, e,
		    "passwords that visitors send are written to a file");
	else if (content & M_FIELD && content & M_CLIENT && w->leaves && w->small && !w->q->includes)
		add(w, "php.write.visitor", CLASS_CREDENTIAL_MAILER, 50, e,
		    "what a visitor sends and his address are written to a file, and he is sent elsewhere");
	else if (content & M_WHOLE && w->leaves && w->small)
		add(w, "php.write.fields", CLASS_CREDENTIAL_MAILER, 60, e,
		    "all that visitors send is written to a file, and they are sent elsewhere");
	if (content & (M_WHOLE | M_SECRET) && (e->marks & M_PICTURE || value_picture(e->content)))
		add(w, "php.write.picture", CLASS_CREDENTIAL_MAILER, w->alone ? 100 : 60, e,
		    "what visitors send is written to what looks like a picture");
	else if (e->kind == EVENT_KEEPS && w->small && !w->q->includes && !w->q->classes)
		add(w, "php.write.secret", CLASS_CREDENTIAL_MAILER, 50, e,
		    "passwords that visitors send are written to a file");
	if ((content & (M_SELF | M_FILE)) == (M_SELF | M_FILE) && !(e->marks & M_SELF) && w->alone)
		add(w, "php.write.self", CLASS_DROPPER, e->marks & M_FILE ? 100 : 60, e,
		    "the script writes itself into other files");
	if (e->kind == EVENT_DIRECTS && !w->q->classes && !w->q->namespaces)
		add(w, "php.write.directive", CLASS_CONFIG, w->alone ? 60 : 30, e,
		    "it tells the server which files are scripts");
	if (e->kind == EVENT_ARCHIVE)
		add(w, "php.write.archive", CLASS_DROPPER, w->alone ? 60 : 50, e,
		    "an archive is written that the script holds in itself");
	if (e->kind == EVENT_PAGE && w->small && !w->q->includes)
		add(w, "php.write.page", CLASS_DROPPER, 50, e,
		    "a page is written that was packed in the script");
	if (e->kind == EVENT_PROGRAM)
		add(w, "php.write.program", CLASS_DROPPER, w->alone ? 60 : 30, e,
		    "a program in another language is written that was packed in the script");
	if (content & M_REMOTE && w->alone && w->q->tokens < TINY_FETCH && !w->q->includes &&
	    !(content & M_FIELD))
		add(w, "php.write.fetched", CLASS_DROPPER, 50, e,
		    "it does little more than write what another server sends to a file");
	if (content & M_UPLOAD && w->alone)
		stored(w, e, script, e->marks);
}

static void upload(struct weighing *w, const struct event *e)
{
	bool copy = e->sink == SINK_COPY;
	uint32_t from = copy ? e->second : e->marks, to = copy ? e->marks : e->second;
	bool script = to & M_SCRIPT;

	/* also in front of an honest script: the very name, no folder, no function around it */
	if (!w->alone && copy && from & M_UPLOAD && to & M_UPLOAD_NAME && !(to & M_BEHIND) && !e->in_function)
		add(w, "php.upload", CLASS_UPLOADER, 60, e,
		    "an upload is stored under the name that the sender gave it");
	if (!w->alone || !(from & (M_UPLOAD | M_LOOSE)) || (copy && !(from & M_UPLOAD)))
		return;
	if (script || to & (M_UPLOAD_NAME | M_FIELD) || (from & M_UPLOAD && w->small && !w->q->includes))
		stored(w, e, script, to);
	else if (w->small && from & M_LOOSE)
		add(w, "php.upload.loose", CLASS_UPLOADER, 55, e,
		    "an upload is stored, and nothing is asked");
}

/* Recipients and text from the request make a mailer; a fixed recipient and a password a thief. */
static void mail(struct weighing *w, const struct event *e)
{
	bool to = e->marks & (M_FIELD | M_BODY), body = e->second & (M_FIELD | M_BODY),
	     many = e->marks & M_LINES;

	if (to && body && w->alone)
		add(w, "php.mail.request", CLASS_MAILER,
		    many		      ? 110
		    : !(e->second & M_BEHIND) ? 60
					      : 30,
		    e, "a request brings recipients and text of the mail");
	else if (w->unset && e->marks & (M_LOOSE | M_FIELD) && e->second & M_LOOSE)
		add(w, "php.mail.loose", CLASS_MAILER, many ? 80 : 60, e,
		    "variables that nothing sets are recipients and text of the mail");
	else if (!to && w->unset && w->small && e->second & M_LOOSE && e->second & M_CLIENT)
		add(w, "php.mail.loose", CLASS_CREDENTIAL_MAILER, 50, e,
		    "variables that nothing sets and the visitor's address are mailed");
	else if (many && w->alone && (e->marks & (M_FILE | M_REMOTE) || !(e->marks & OUTSIDE)))
		add(w, "php.mail.list", CLASS_MAILER, 60, e, "each line of a list is mailed to");
	if (e->second & M_SECRET && e->third & M_CLIENT && !to)
		add(w, "php.mail.secret", CLASS_CREDENTIAL_MAILER, 80, e,
		    "passwords and the visitor's address are mailed");
	else if (e->second & M_SECRET && !to && w->alone && !w->q->classes &&
		 (w->leaves || e->marks & M_LOOSE ||
		  (e->content.n && memchr(e->content.p, '@', e->content.n))))
		add(w, "php.mail.password", CLASS_CREDENTIAL_MAILER, w->leaves ? 80 : 50, e,
		    "passwords that visitors send are mailed to somebody else");
	else if (e->second & M_SECRET && !to && !w->alone && e->marks & M_LOOSE && w->q->tokens < SMALL &&
		 !w->q->classes && !w->q->namespaces && !e->in_function)
		add(w, "php.mail.password", CLASS_CREDENTIAL_MAILER, 50, e,
		    "passwords that visitors send are mailed to whom another file names");
	if (!to && w->alone && e->second & (M_SELF | M_HEADER) && e->second & M_VISITOR &&
	    (e->second & (M_CLIENT | M_FIELD) ||
	     ((w->small || w->q->probes) && e->content.n && !(e->second & M_FIELD))))
		add(w, "php.mail.home", CLASS_BACKDOOR, 50, e, "it mails where it stands");
	else if (!to && w->small && e->second & M_SELF && !(e->second & (M_FIELD | M_BODY)) && e->content.n &&
		 !w->q->includes && __builtin_popcount(w->q->probes) >= 2)
		add(w, "php.mail.home", CLASS_BACKDOOR, 50, e, "it mails where it stands");
	if (e->built)
		add(w, "php.mail.recipient", CLASS_CREDENTIAL_MAILER, w->alone ? 100 : 60, e,
		    "who gets the mail is put together from pieces");
	if (e->hidden)
		add(w, "php.mail.hidden", CLASS_MAILER, 60, e,
		    "mail() is called by a name put together from pieces");
}

/* What is told to a mail server: a request's recipients and text, line by line. */
static void dialogue(struct weighing *w, const struct event *e)
{
	if (e->sink == SINK_PUT && w->q->dialogues && w->alone && !(e->marks & M_WRITER) &&
	    e->second & (M_FIELD | M_BODY))
		add(w, "php.mail.dialogue", CLASS_MAILER, e->second & M_LINES ? 110 : 60, e,
		    "a request brings what is told to a mail server");
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
		add(w, "php.include.request", CLASS_BACKDOOR,
		    e->marks & M_INNER	 ? (w->small ? 60 : 40)
		    : w->q->includes > 2 ? 50
					 : 80,
		    e, "a request names the file that is run");
	else if (e->marks & M_UPLOAD)
		add(w, "php.include.upload", CLASS_BACKDOOR, 100, e, "an upload is run");
	else if (e->marks & M_REMOTE || span_starts(e->content, SPAN("http")))
		add(w, "php.include.remote", CLASS_DROPPER, part_of_class(w, e) ? 40 : 60, e,
		    "code of another server is run");
	else if (e->marks & M_LOOSE && !(e->marks & M_BEHIND) && w->alone && w->q->includes == 1 &&
		 w->small && !e->in_function)
		add(w, "php.include.loose", CLASS_BACKDOOR, 50, e,
		    "a variable that nothing sets names the file that is run");
	if (e->marks & M_PICTURE)
		add(w, "php.include.picture", CLASS_BACKDOOR, w->alone ? 100 : 60, e,
		    "a picture is run as PHP");
	else if (wrapped(e->content))
		add(w, "php.include.wrapper", CLASS_BACKDOOR, w->alone ? 80 : 50, e,
		    "what is run is taken out of an archive or another file's text");
	if (e->marks & M_TEMP && e->second & (M_FIELD | M_BODY | M_REMOTE | M_DECODED | M_SELF))
		add(w, "php.include.temporary", CLASS_BACKDOOR,
		    w->alone || (e->second & M_SELF && e->second & M_DECODED) ? 100 : 40, e,
		    "hidden text is run out of a temporary file");
	else if (e->second & (M_DECODED | M_REMOTE) && w->alone)
		add(w, "php.include.written", CLASS_DROPPER, 70, e,
		    "decoded or fetched text is written to a file and run");
	if (e->marks & M_ESCAPED && e->content.n)
		/* planted lines know where their file lies; a program that hides its parts keeps them beside it */
		add(w, "php.include.escaped", CLASS_BACKDOOR, w->alone || e->content.p[0] == '/' ? 100 : 60,
		    e, "the file that is run is named in escapes");
}

/* Functions on files that a request steers: a handful of them make a file manager. */
static void steer(struct weighing *w, const struct event *e)
{
	bool field = e->third & (M_FIELD | M_BODY);

	if (!field && !(e->third & M_LOOSE && w->unset))
		return;
	for (uint32_t i = 0; i < w->steereds; i++)
		if (span_eq(w->steered[i], e->function))
			return;
	if (w->steereds == sizeof(w->steered) / sizeof(w->steered[0]))
		return;
	w->steered[w->steereds++] = e->function;
	w->loose += !field;
}

/* More than looking. */
static bool changes(const struct event *e)
{
	static const char *const names[] = {
		"unlink", "rename", "rmdir", "chmod", "chown", "symlink", "link"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_eq_nocase(e->function, span_str(names[i])))
			return true;
	return false;
}

static bool lists(const struct event *e)
{
	return span_eq_nocase(e->function, SPAN("opendir")) || span_eq_nocase(e->function, SPAN("scandir")) ||
	       span_eq_nocase(e->function, SPAN("dir")) || span_eq_nocase(e->function, SPAN("glob"));
}

static void files(struct weighing *w, const struct event *e)
{
	steer(w, e);
	if ((e->sink == SINK_READ   ? e->marks
	     : e->sink == SINK_COPY ? e->second
				    : 0) &
		    M_FIELD &&
	    !((e->sink == SINK_COPY ? e->second : e->marks) & (M_BEHIND | M_URL)) && w->alone &&
	    w->q->tokens < 1500)
		add(w, "php.read.request", CLASS_WEBSHELL, 50, e,
		    "a request names the file or address that is read");
	if (e->sink == SINK_OPEN && e->marks & M_FIELD && !(e->marks & (M_BEHIND | M_URL)) && w->alone &&
	    w->q->tokens < 1000 && !w->q->includes)
		add(w, "php.read.request", CLASS_WEBSHELL, 50, e,
		    "a request names the file or address that is read");
	if (e->sink == SINK_FILES && e->marks & M_FIELD && !(e->marks & M_BEHIND) && w->small && changes(e))
		add(w, "php.change.request", CLASS_WEBSHELL, 50, e,
		    "a request names the file that is removed or changed");
	if (e->sink == SINK_FILES && e->marks & M_SELF && e->function.n == 6 &&
	    memcmp(e->function.p, "unlink", 6) == 0 && w->alone && w->q->tokens < 2000)
		add(w, "php.unlink.self", CLASS_BACKDOOR, 60, e, "the script removes itself");
	if (e->sink == SINK_FILES && e->marks & M_FIELD && !(e->marks & M_BEHIND) && w->small && lists(e))
		add(w, "php.list.request", CLASS_WEBSHELL, 50, e,
		    "a request names the folder that is listed");
	if (e->kind == EVENT_SOURCE && w->alone && w->q->tokens < TINY && !w->q->includes)
		add(w, "php.read.source", CLASS_WEBSHELL, 50, e,
		    "it does little more than show another script's text");
	if (e->kind == EVENT_SYSTEM && w->alone)
		add(w, "php.read.system", CLASS_WEBSHELL,
		    w->small || (w->q->tokens < 1000 && !w->q->classes) ? 50 : 30, e,
		    "the system's list of accounts is read");
	if (e->function.n == 7 && memcmp(e->function.p, "symlink", 7) == 0) {
		w->links = true;
		if (e->kind == EVENT_SYSTEM && w->alone)
			add(w, "php.links.system", CLASS_WEBSHELL, 60, e,
			    "a link to the whole system is made");
		if (e->third & M_LINES && w->alone)
			add(w, "php.links.lines", CLASS_WEBSHELL, 70, e,
			    "links are made to each of many files of other accounts");
	}
}

static void database(struct weighing *w, const struct event *e)
{
	bool connect = e->function.n > 7 && memmem(e->function.p, e->function.n, "connect", 7);

	if (!(e->third & (M_FIELD | M_LOOSE)) || !w->alone)
		return;
	if (connect && e->third & M_FIELD)
		w->connects = true;
	else if (!connect && !(e->third & M_BEHIND))
		w->queries = true;
}

/* What another server is sent. */
static void fetch(struct weighing *w, const struct event *e)
{
	if (e->third & M_SECRET && e->third & M_CLIENT && w->alone)
		add(w, "php.send.secret", CLASS_CREDENTIAL_MAILER, 70, e,
		    "passwords and the visitor's address are sent to another server");
	else if (e->third & M_SECRET && e->third & M_CLIENT && e->third & M_VISITOR && !w->q->namespaces)
		add(w, "php.send.secret", CLASS_CREDENTIAL_MAILER, 50, e,
		    "a password, and from where and with what it came, are sent to another server");
	else if (e->third & M_SECRET && w->leaves && w->small)
		add(w, "php.send.secret", CLASS_CREDENTIAL_MAILER, 60, e,
		    "passwords that visitors send are sent to another server");
	else if (e->third & M_SECRET && e->marks & M_URL && w->small && !w->q->includes && !w->q->classes)
		add(w, "php.send.secret", CLASS_CREDENTIAL_MAILER, 50, e,
		    "passwords that visitors send are sent to another server");
}

/* A user of the site is made, or somebody becomes one without a password. */
static void account(struct weighing *w, const struct event *e)
{
	if (w->q->classes || w->q->namespaces)
		return;
	if (e->kind == EVENT_FIXED)
		add(w, "php.account", CLASS_BACKDOOR, 60, e,
		    "a user is made whose password stands in the script, or somebody is signed in without "
		    "one");
	else if (e->function.n == 18 && !e->in_function && w->q->includes && w->q->tokens < SMALL)
		add(w, "php.account", CLASS_BACKDOOR, 60, e, "somebody is signed in without a password");
	else if (e->third & M_FIELD && w->q->tokens < SMALL)
		add(w, "php.account.request", CLASS_BACKDOOR, 60, e,
		    "a request names the user that is made, or becomes");
}

static void output(struct weighing *w, const struct event *e)
{
	if (e->kind == EVENT_PAGE && w->small && !w->q->includes)
		add(w, "php.output.page", CLASS_OBFUSCATED, 50, e,
		    "a page is shown that was packed in the script");
	if (e->kind == EVENT_TAG)
		add(w, "php.output.script", CLASS_DOORWAY, 60, e,
		    "another server's script, packed in this one, is put into the page");
	if (e->marks & M_FILE && e->marks & M_SCRIPT && w->alone && w->q->tokens < TINY && !w->q->includes)
		add(w, "php.read.source", CLASS_WEBSHELL, 50, e,
		    "it does little more than show another script's text");
	if (!(e->marks & M_REMOTE) || !w->alone)
		return;
	add(w, "php.output.remote", CLASS_DOORWAY, w->small && !w->q->includes ? 50 : 30, e,
	    "what another server sends is shown as this site's own");
	if (e->marks & (M_VISITOR | M_HEADER))
		add(w, "php.output.cloak", CLASS_DOORWAY, w->q->tokens < 4000 ? 50 : 20, e,
		    "that server is told which page was asked for, or who asks");
	if (e->marks & M_FIELD && w->q->tokens < 1500)
		add(w, "php.output.proxy", CLASS_DOORWAY, 30, e,
		    "a request names what is fetched from there");
}

/* One event, by its sink. */
static void one(struct weighing *w, const struct event *e)
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
		return;
	case SINK_WRITE:
	case SINK_PUT:
	case SINK_COPY:
		dialogue(w, e);
		w->piped |= e->sink == SINK_PUT && e->second & (M_FIELD | M_BODY);
		write_out(w, e);
		steer(w, e);
		if (e->sink == SINK_COPY) {
			upload(w, e);
			files(w, e);
		}
		break;
	case SINK_UPLOAD:
		upload(w, e);
		break;
	case SINK_MAIL:
		w->mails = true;
		mail(w, e);
		break;
	case SINK_INCLUDE:
		include(w, e);
		break;
	case SINK_OUTPUT:
		output(w, e);
		break;
	case SINK_READ:
		fetch(w, e);
		files(w, e);
		break;
	case SINK_FILES:
		w->ages |= e->kind == EVENT_AGES;
		files(w, e);
		break;
	case SINK_OPEN:
		files(w, e);
		break;
	case SINK_DATABASE:
		database(w, e);
		break;
	case SINK_SEND:
		if (e->third & M_FIELD && !(e->third & M_BEHIND) && w->small
			    ? true
			    : e->marks & M_HEADER && !(e->marks & (M_BEHIND | M_VISITOR)) && w->alone &&
				      !w->q->includes)
			add(w, "php.send.request", CLASS_WEBSHELL, 50, e,
			    "a request names the server that is connected to");
		else if (e->marks & M_SOCKET && e->sink == SINK_SEND && w->q->hides && !w->q->namespaces &&
			 w->ev->outside <= OUTSIDE_MOST && w->q->tokens - w->q->in_class >= 10)
			add(w, "php.send.remote", CLASS_BACKDOOR, 60, e,
			    "another server names the server that is connected to");
		break;
	case SINK_REDIRECT:
		break;
	case SINK_FETCH:
	case SINK_OPTION:
		w->mutes |= e->kind == EVENT_MUTES;
		fetch(w, e);
		break;
	case SINK_ACCOUNT:
		account(w, e);
		break;
	case SINK_ADD:
		w->hides += e->kind == EVENT_HIDES;
		break;
	case SINK_LISTEN:
		if (w->alone && !w->q->classes && !e->in_function)
			add(w, "php.listen", CLASS_BACKDOOR, 50, e, "it waits for others to connect");
		break;
	case SINK_PROBE:
		w->accounts |=
			e->function.n == 14 && memcmp(e->function.p, "posix_getpwuid", 14) == 0 && e->maybe;
		break;
	default:
		break;
	}
	if (e->kind == EVENT_STARTS)
		add(w, "php.command.option", CLASS_WEBSHELL, w->alone ? 80 : 50, e,
		    "an option makes a harmless function start a program or write a file");
	if (e->name_marks & (M_FIELD | M_BODY) && e->sink != SINK_CALLBACK && !(e->name_marks & M_CHOSEN))
		add(w, "php.call.request", CLASS_BACKDOOR, 90, e,
		    "a request names the function that is called");
}

/*
 * What the whole file looks like. Signs that no single event has: each of these calls by itself is an
 * honest program's, together they are a tool's.
 */
static void whole(struct weighing *w)
{
	const struct quick *q = w->q;
	const struct events *ev = w->ev;
	int kinds = __builtin_popcount(q->commands);
	int files = (int)(w->steereds * 10 - w->loose * 5);

	if (kinds >= 4 && !w->alone && !q->namespaces && !q->includes && q->classes <= 1)
		add(w, "php.commands", CLASS_WEBSHELL, 50, NULL, "it tries several ways to run a command");
	if (kinds >= 3 && w->alone)
		add(w, "php.commands", CLASS_WEBSHELL, 20 + kinds * 10, NULL,
		    "it tries several ways to run a command");
	if (files >= (w->small ? 30 : 40) && w->alone)
		add(w, "php.files.request", CLASS_WEBSHELL, files > 120 ? 120 : files + 10, NULL,
		    "a request steers reading, writing and removing of files");
	if (w->connects && w->queries)
		add(w, "php.database.request", CLASS_WEBSHELL, 60, NULL,
		    "a request chooses the database and what it is asked");
	if (w->connects && !w->queries && __builtin_popcount(q->probes) >= 1 && w->alone)
		add(w, "php.database.connect", CLASS_WEBSHELL, 50, NULL,
		    "a request chooses the database, and it looks around on the server");
	if (q->outfiles && q->scripts && w->alone)
		add(w, "php.database.script", CLASS_DROPPER, 60, NULL,
		    "a database is made to write a script");
	if (w->connects && !w->queries && w->small && !q->includes && !q->classes)
		add(w, "php.database.small", CLASS_WEBSHELL, 50, NULL,
		    "a request chooses the database, and little else is done");
	if (ev->passwords && w->alone && !q->includes && !q->classes)
		add(w, "php.password", CLASS_BACKDOOR, 50, NULL,
		    "it asks for a password whose digest stands in the script");
	/* where calls are hidden, too, it says nothing new about what the file is */
	if (ev->hidden_supers && !ev->hidden_calls && w->alone)
		add(w, "php.super.hidden", CLASS_OBFUSCATED, 60, NULL,
		    "the name of what a request brings is put together from pieces");
	if (ev->spelled_supers >= SPELLED && w->alone && !ev->hidden_calls)
		add(w, "php.super.spelled", CLASS_OBFUSCATED, 60, NULL,
		    "what a request brings, or all variables, are named by texts again and again");
	if (w->mutes && w->mails)
		add(w, "php.mail.muted", CLASS_MAILER, w->alone ? 80 : 50, NULL,
		    "it mails, and turns off the line that tells which script did");
	if (w->ages && q->sinks & (BIT(SINK_WRITE) | BIT(SINK_PUT) | BIT(SINK_UPLOAD)) && w->alone &&
	    !q->classes)
		add(w, "php.touch", CLASS_DROPPER, 50, NULL,
		    "it writes files and gives files times that are not now");
	if (w->links && w->accounts && w->alone)
		add(w, "php.accounts", CLASS_WEBSHELL, 70, NULL,
		    "it goes through the server's accounts and makes links");
	if (ev->limits & (LIMIT_STEPS | LIMIT_BYTES | LIMIT_LAYERS) && q->evals && q->longest > 2000)
		add(w, "php.packed", CLASS_OBFUSCATED, 60, NULL,
		    "it runs PHP and holds packed text that takes longer than the limit to unpack");
	else if ((ev->limits || ev->endless) &&
		 (((q->evals || ev->hidden_calls) && q->supers && w->alone) ||
		  (q->dynamic && q->classes && q->tokens < PROOF && quick_starts(q) && !q->namespaces)))
		add(w, "php.limit", CLASS_OBFUSCATED, 50, NULL,
		    "it runs PHP, and there is more of it than can be worked out");
	if (ev->hidden_calls >= 3 || (w->alone && ev->hidden_calls))
		add(w, "php.calls.hidden", CLASS_OBFUSCATED,
		    ev->hidden_calls >= 8   ? 100
		    : ev->hidden_calls >= 2 ? 60
					    : 50,
		    NULL, "functions are called by names put together from pieces");
	if (ev->hidden_names && w->alone)
		add(w, "php.name.hidden", CLASS_OBFUSCATED, 60, NULL,
		    "the name of a function that runs things is put together from pieces");
	if (w->alone && ev->escaped >= 100)
		add(w, "php.escaped", CLASS_OBFUSCATED, ev->escaped >= 500 ? 90 : 60, NULL,
		    "plain letters are written as escapes");
	if (w->alone && ev->gotos >= 10)
		add(w, "php.goto", CLASS_OBFUSCATED, 60, NULL, "its order is hidden by jumps");
	if (q->names >= NAMES_MANY && !q->binary && q->names * 5 >= q->variables * 4)
		add(w, "php.names", CLASS_OBFUSCATED, 60, NULL, "its variables have names nobody can read");
	else if (w->alone && q->names >= 10)
		add(w, "php.names", CLASS_OBFUSCATED, 60, NULL, "its variables have names nobody can read");
	if (w->commands && w->others && w->small && !q->includes && !q->classes && (w->piped || w->kept))
		add(w, "php.command.written", CLASS_WEBSHELL, 50, NULL,
		    "it runs a program, and what a request brings is written to it or to a file");
	if (w->commands && w->alone && q->tokens < TINY_COMMAND && !q->includes &&
	    (!q->functions || (q->functions == 1 && q->tokens < TINY)) && !q->uses) {
		if (w->sendmail && w->piped && !w->others)
			add(w, "php.mail.piped", CLASS_MAILER, 50, NULL,
			    "it does little more than hand a request's text to sendmail");
		else
			add(w, "php.command.tiny", CLASS_WEBSHELL, 50, NULL,
			    "it does little more than run a command");
	}
	if (((ev->strangers && q->tokens < TINY) ||
	     (ev->nameless && w->small && (!q->classes || q->tokens < TINY_FETCH))) &&
	    w->alone && !q->includes)
		add(w, "php.call.stranger", CLASS_BACKDOOR, 50, NULL,
		    "a request's text is given to a function that is nowhere");
	if (w->hides >= 2 || (w->hides && q->self && !q->classes))
		add(w, "php.hides", CLASS_BACKDOOR, w->hides >= 2 && !q->classes ? 100 : 60, NULL,
		    "it hides plug-ins or users from the site's own lists");
	if (w->alone && !q->classes && ev->visitors >= (q->exits ? LISTED : LISTED_LONG) &&
	    (q->exits || q->sinks >> SINK_REDIRECT & 1))
		add(w, "php.cloak", CLASS_DOORWAY, 50, NULL,
		    "visitors are turned away by a long list of who they may be");
	if (q->injected)
		add(w, "php.html.injected", CLASS_DOORWAY, 60, NULL,
		    "another server's script was put in front of it");
	if (q->picture)
		add(w, "php.picture", CLASS_BACKDOOR, 60, NULL, "a picture holds a script");
	if (__builtin_popcount(q->probes) >= 3 && w->alone)
		add(w, "php.probes", CLASS_WEBSHELL, 30, NULL, "it looks around on the server");
}

/* Tokens outside of classes that make a script of a file with its own library. */
enum { FREE_LEAST = 150 };

/* A program's part is told by what it uses, includes, guards against and is written as. */
static bool stands_alone(const struct quick *q, const struct events *ev)
{
	if (ev->outside > OUTSIDE_MOST || q->namespaces || q->guards == 1 ||
	    q->includes * 300 >= q->tokens + 600)
		return false;
	return (ev->outside == 0 && q->evals) || (q->classes && quick_starts(q)) ||
	       (q->free_supers >= 2 && q->tokens - q->in_class >= FREE_LEAST) ||
	       (q->in_class * 15 < q->tokens * 14 && !(q->classes && q->supers == 0));
}

/* One way to look at a file: as a whole, or at what stands outside of its classes. */
struct view {
	struct quick q;
	bool alone;
	bool apart; /* what methods do is left out */
	bool includes; /* what another file sets is not known */
};

static void weigh(const struct view *v, const struct events *ev, struct judgement *j)
{
	const struct quick *q = &v->q;
	struct weighing w = { .q = q, .ev = ev, .j = j, .alone = v->alone };
	int best = 0;

	w.small = v->alone && q->tokens < SMALL;
	w.unset = v->alone && !v->includes && !q->binary;
	for (uint32_t i = 0; i < ev->n; i++)
		w.leaves |= ev->event[i].kind == EVENT_LEAVES;
	for (uint32_t i = 0; i < ev->n; i++)
		if (!v->apart || !ev->event[i].in_class)
			one(&w, &ev->event[i]);
	whole(&w);
	for (int c = 1; c < SCAN_CLASSES; c++)
		if (w.by_class[c] > best) {
			best = w.by_class[c];
			j->class = (enum scan_class)c;
		}
}

/* Uses much that is nowhere, and fetches none of it: a piece of a script, or a list of functions. It counts half. */
static void weigh_piece(const struct view *v, const struct events *ev, struct judgement *j)
{
	struct judgement half = { .looked = j->looked, .limits = j->limits };
	struct view piece = *v;

	piece.alone = true;
	weigh(&piece, ev, &half);
	half.score /= 2;
	for (uint32_t i = 0; i < half.reasons; i++)
		half.reason[i].weight /= 2;
	if (half.score > j->score)
		*j = half;
}

/* More than a list of data: it calls what may do harm, runs something, or asks for what a request brings. */
static bool acts(const struct quick *q)
{
	return q->sinks & ~BIT(SINK_NONE) || q->evals || q->backticks || q->dynamic || q->includes ||
	       q->inputs;
}

/* It uses what no file of PHP's and no part of it has made: somebody else's functions, classes, objects. */
static bool borrows(const struct events *ev)
{
	return ev->outside || ev->borrowed;
}

static void judge(const struct view *v, const struct events *ev, struct judgement *j)
{
	int strongest = 0;

	weigh(v, ev, j);
	if (!v->alone && v->q.includes == 0 && v->q.classes == 0 && v->q.namespaces == 0 && v->q.guards != 1)
		weigh_piece(v, ev, j);
	for (uint32_t i = 0; i < j->reasons; i++)
		if (j->reason[i].weight > strongest)
			strongest = j->reason[i].weight;
	j->verdict = j->score >= MALICIOUS && (strongest >= SURE || j->score >= MALICIOUS + SUSPICIOUS)
			     ? SCAN_MALICIOUS
		     : j->score >= SUSPICIOUS ? SCAN_SUSPICIOUS
					      : SCAN_CLEAN;
}

/*
 * Who is guarded against being called by itself, and then needs nothing of whoever calls it, hides behind the guard; and who
 * includes files and then uses nothing of theirs, behind those. Of the latter nobody is sure: it is suspicious at most.
 */
static void judge_views(const struct quick *q, const struct events *ev, bool apart, struct judgement *j)
{
	struct view v = { .q = *q, .apart = apart, .includes = q->includes > 0 };
	struct judgement other = *j;

	if (!borrows(ev) && q->guards == 1 && (apart || !q->classes) && acts(q))
		v.q.guards = 0;
	v.alone = stands_alone(&v.q, ev);
	judge(&v, ev, j);
	if (j->verdict != SCAN_CLEAN || !q->includes || borrows(ev))
		return;
	v.q.includes = 0;
	v.alone = stands_alone(&v.q, ev);
	judge(&v, ev, &other);
	/* that it does little more than one thing is not known then */
	if (other.score < SUSPICIOUS + DOUBT)
		return;
	other.verdict = SCAN_SUSPICIOUS;
	*j = other;
}

void classes_judge(const struct quick *q, const struct events *ev, struct judgement *j)
{
	judge_views(q, ev, false, j);
}

void classes_judge_apart(const struct quick *q, const struct events *ev, struct judgement *j)
{
	struct judgement apart = { .looked = j->looked, .limits = j->limits };

	judge_views(q, ev, true, &apart);
	if (apart.verdict > j->verdict)
		*j = apart;
}
