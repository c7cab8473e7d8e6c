/*
 * weigh_files - see weigh.h: files that are written, uploaded, read, listed and changed, and who chose which.
 *
 * TRUST: what an event holds of a script's text is read by its bytes, and never followed.
 */
#include "scan/weigh.h"

#include "scan/php.h"

/* An upload was put at a path made of TO. */
static void stored(struct weighing *w, const struct event *e, bool script, uint32_t to)
{
	if (script)
		weigh_add(w, "php.upload.script", CLASS_UPLOADER, 80, e, "an upload becomes a script");
	else if (to & (M_UPLOAD_NAME | M_FIELD))
		weigh_add(w, "php.upload", CLASS_UPLOADER, w->q->classes && !w->small ? 40 : 60, e,
			  "an upload is stored under the name that the sender gave it");
	else if (w->small && !w->q->includes)
		weigh_add(w, "php.upload.small", CLASS_UPLOADER, 50, e,
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
		weigh_add(w, "php.write.request", CLASS_DROPPER, w->alone ? 90 : 40, e,
			  "a request chooses the file and what is written to it");
	else if (content & (M_FIELD | M_BODY) && script && w->alone)
		weigh_add(w, "php.write.script", CLASS_DROPPER, 60, e,
			  "what a request brings is written to a script");
	if (w->unset && e->marks & M_LOOSE && content & M_LOOSE)
		weigh_add(w, "php.write.loose", CLASS_DROPPER, 60, e,
			  "variables that nothing sets choose the file and what is written to it");
	if (content & M_REMOTE && (script || e->marks & M_FIELD))
		weigh_add(w, "php.write.remote", CLASS_DROPPER, w->alone ? 80 : 40, e,
			  "what another server sends is written to a script");
	if (content & M_DECODED && script && w->alone)
		weigh_add(w, "php.write.decoded", CLASS_DROPPER, 60, e,
			  "decoded text is written to a script");
	if (e->marks & M_FIELD && !(e->marks & M_BEHIND) && content & M_FILE &&
	    content & (M_CHANGED | M_DECODED) && w->small)
		weigh_add(w, "php.write.file", CLASS_DROPPER, 60, e,
			  "a request chooses where the decoded text of another file is written");
	if (content & M_SECRET && (content & M_CLIENT || w->leaves) && w->alone)
		weigh_add(w, "php.write.secret", CLASS_CREDENTIAL_MAILER, 60, e,
			  "passwords that visitors send are written to a file");
	else if (content & M_FIELD && content & M_CLIENT && w->leaves && w->small && !w->q->includes)
		weigh_add(w, "php.write.visitor", CLASS_CREDENTIAL_MAILER, 50, e,
			  "what a visitor sends and his address are written to a file, and he is sent "
			  "elsewhere");
	else if (content & M_WHOLE && w->leaves && w->small)
		weigh_add(w, "php.write.fields", CLASS_CREDENTIAL_MAILER, 60, e,
			  "all that visitors send is written to a file, and they are sent elsewhere");
	if (content & (M_WHOLE | M_SECRET) && (e->marks & M_PICTURE || value_picture(e->content)))
		weigh_add(w, "php.write.picture", CLASS_CREDENTIAL_MAILER, w->alone ? 100 : 60, e,
			  "what visitors send is written to what looks like a picture");
	else if (e->kind == EVENT_KEEPS && w->small && !w->q->includes && !w->q->classes)
		weigh_add(w, "php.write.secret", CLASS_CREDENTIAL_MAILER, 50, e,
			  "passwords that visitors send are written to a file");
	if ((content & (M_SELF | M_FILE)) == (M_SELF | M_FILE) && !(e->marks & M_SELF) && w->alone)
		weigh_add(w, "php.write.self", CLASS_DROPPER, e->marks & M_FILE ? 100 : 60, e,
			  "the script writes itself into other files");
	if (e->kind == EVENT_DIRECTS && !w->q->classes && !w->q->namespaces)
		weigh_add(w, "php.write.directive", CLASS_CONFIG, w->alone ? 60 : 30, e,
			  "it tells the server which files are scripts");
	if (e->kind == EVENT_ARCHIVE)
		weigh_add(w, "php.write.archive", CLASS_DROPPER, w->alone ? 60 : 50, e,
			  "an archive is written that the script holds in itself");
	if (e->kind == EVENT_PAGE && w->small && !w->q->includes)
		weigh_add(w, "php.write.page", CLASS_DROPPER, 50, e,
			  "a page is written that was packed in the script");
	if (e->kind == EVENT_PROGRAM)
		weigh_add(w, "php.write.program", CLASS_DROPPER, w->alone ? 60 : 30, e,
			  "a program in another language is written that was packed in the script");
	if (content & M_REMOTE && w->alone && w->q->tokens < TINY_FETCH && !w->q->includes &&
	    !(content & M_FIELD))
		weigh_add(w, "php.write.fetched", CLASS_DROPPER, 50, e,
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
		weigh_add(w, "php.upload", CLASS_UPLOADER, 60, e,
			  "an upload is stored under the name that the sender gave it");
	if (!w->alone || !(from & (M_UPLOAD | M_LOOSE)) || (copy && !(from & M_UPLOAD)))
		return;
	if (script || to & (M_UPLOAD_NAME | M_FIELD) || (from & M_UPLOAD && w->small && !w->q->includes))
		stored(w, e, script, to);
	else if (w->small && from & M_LOOSE)
		weigh_add(w, "php.upload.loose", CLASS_UPLOADER, 55, e,
			  "an upload is stored, and nothing is asked");
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
		weigh_add(w, "php.read.request", CLASS_WEBSHELL, 50, e,
			  "a request names the file or address that is read");
	if (e->sink == SINK_OPEN && e->marks & M_FIELD && !(e->marks & (M_BEHIND | M_URL)) && w->alone &&
	    w->q->tokens < 1000 && !w->q->includes)
		weigh_add(w, "php.read.request", CLASS_WEBSHELL, 50, e,
			  "a request names the file or address that is read");
	if (e->sink == SINK_FILES && e->marks & M_FIELD && !(e->marks & M_BEHIND) && w->small && changes(e))
		weigh_add(w, "php.change.request", CLASS_WEBSHELL, 50, e,
			  "a request names the file that is removed or changed");
	if (e->sink == SINK_FILES && e->marks & M_SELF && span_eq(e->function, SPAN("unlink")) && w->alone &&
	    w->q->tokens < 2000)
		weigh_add(w, "php.unlink.self", CLASS_BACKDOOR, 60, e, "the script removes itself");
	if (e->sink == SINK_FILES && e->marks & M_FIELD && !(e->marks & M_BEHIND) && w->small && lists(e))
		weigh_add(w, "php.list.request", CLASS_WEBSHELL, 50, e,
			  "a request names the folder that is listed");
	if (e->kind == EVENT_SOURCE && w->alone && w->q->tokens < TINY && !w->q->includes)
		weigh_add(w, "php.read.source", CLASS_WEBSHELL, 50, e,
			  "it does little more than show another script's text");
	if (e->kind == EVENT_SYSTEM && w->alone)
		weigh_add(w, "php.read.system", CLASS_WEBSHELL,
			  w->small || (w->q->tokens < 1000 && !w->q->classes) ? 50 : 30, e,
			  "the system's list of accounts is read");
	if (span_eq(e->function, SPAN("symlink"))) {
		w->links = true;
		if (e->kind == EVENT_SYSTEM && w->alone)
			weigh_add(w, "php.links.system", CLASS_WEBSHELL, 60, e,
				  "a link to the whole system is made");
		if (e->third & M_LINES && w->alone)
			weigh_add(w, "php.links.lines", CLASS_WEBSHELL, 70, e,
				  "links are made to each of many files of other accounts");
	}
}

void weigh_files(struct weighing *w, const struct event *e)
{
	switch (e->sink) {
	case SINK_COPY:
	case SINK_WRITE:
	case SINK_PUT:
		w->piped |= e->sink == SINK_PUT && e->second & (M_FIELD | M_BODY);
		write_out(w, e);
		if (e->sink == SINK_COPY) {
			upload(w, e);
			files(w, e);
		} else {
			steer(w, e);
		}
		break;
	case SINK_UPLOAD:
		upload(w, e);
		break;
	case SINK_FILES:
		w->ages |= e->kind == EVENT_AGES;
		files(w, e);
		break;
	case SINK_READ:
	case SINK_OPEN:
		files(w, e);
		break;
	default:
		break;
	}
}
