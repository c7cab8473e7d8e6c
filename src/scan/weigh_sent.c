/*
 * weigh_sent - see weigh.h: what leaves the server, or is shown, and who it is from and for: mail, other servers, databases,
 * the site's own accounts, pages.
 *
 * TRUST: what an event holds of a script's text is read by its bytes, and never followed.
 */
#include "scan/weigh.h"

#include "scan/php.h"

/* Recipients and text from the request make a mailer; a fixed recipient and a password a thief. */
static void mail(struct weighing *w, const struct event *e)
{
	bool to = e->marks & (M_FIELD | M_BODY), body = e->second & (M_FIELD | M_BODY),
	     many = e->marks & M_LINES;

	if (to && body && w->alone)
		weigh_add(w, "php.mail.request", CLASS_MAILER,
			  many			    ? 110
			  : !(e->second & M_BEHIND) ? 60
						    : 30,
			  e, "a request brings recipients and text of the mail");
	else if (w->unset && e->marks & (M_LOOSE | M_FIELD) && e->second & M_LOOSE)
		weigh_add(w, "php.mail.loose", CLASS_MAILER, many ? 80 : 60, e,
			  "variables that nothing sets are recipients and text of the mail");
	else if (!to && w->unset && w->small && e->second & M_LOOSE && e->second & M_CLIENT)
		weigh_add(w, "php.mail.loose", CLASS_CREDENTIAL_MAILER, 50, e,
			  "variables that nothing sets and the visitor's address are mailed");
	else if (many && w->alone && (e->marks & (M_FILE | M_REMOTE) || !(e->marks & OUTSIDE)))
		weigh_add(w, "php.mail.list", CLASS_MAILER, 60, e, "each line of a list is mailed to");
	if (e->second & M_SECRET && e->third & M_CLIENT && !to)
		weigh_add(w, "php.mail.secret", CLASS_CREDENTIAL_MAILER, 80, e,
			  "passwords and the visitor's address are mailed");
	else if (e->second & M_SECRET && !to && w->alone && !w->q->classes &&
		 (w->leaves || e->marks & M_LOOSE ||
		  (e->content.n && memchr(e->content.p, '@', e->content.n))))
		weigh_add(w, "php.mail.password", CLASS_CREDENTIAL_MAILER, w->leaves ? 80 : 50, e,
			  "passwords that visitors send are mailed to somebody else");
	else if (e->second & M_SECRET && !to && !w->alone && e->marks & M_LOOSE && w->q->tokens < SMALL &&
		 !w->q->classes && !w->q->namespaces && !e->in_function)
		weigh_add(w, "php.mail.password", CLASS_CREDENTIAL_MAILER, 50, e,
			  "passwords that visitors send are mailed to whom another file names");
	if (!to && w->alone && e->second & (M_SELF | M_HEADER) && e->second & M_VISITOR &&
	    (e->second & (M_CLIENT | M_FIELD) ||
	     ((w->small || w->q->probes) && e->content.n && !(e->second & M_FIELD))))
		weigh_add(w, "php.mail.home", CLASS_BACKDOOR, 50, e, "it mails where it stands");
	else if (!to && w->small && e->second & M_SELF && !(e->second & (M_FIELD | M_BODY)) && e->content.n &&
		 !w->q->includes && __builtin_popcount(w->q->probes) >= 2)
		weigh_add(w, "php.mail.home", CLASS_BACKDOOR, 50, e, "it mails where it stands");
	if (e->built)
		weigh_add(w, "php.mail.recipient", CLASS_CREDENTIAL_MAILER, w->alone ? 100 : 60, e,
			  "who gets the mail is put together from pieces");
	if (e->hidden)
		weigh_add(w, "php.mail.hidden", CLASS_MAILER, 60, e,
			  "mail() is called by a name put together from pieces");
}

/* What is told to a mail server: a request's recipients and text, line by line. */
static void dialogue(struct weighing *w, const struct event *e)
{
	if (w->q->dialogues && w->alone && !(e->marks & M_WRITER) && e->second & (M_FIELD | M_BODY))
		weigh_add(w, "php.mail.dialogue", CLASS_MAILER, e->second & M_LINES ? 110 : 60, e,
			  "a request brings what is told to a mail server");
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
		weigh_add(w, "php.send.secret", CLASS_CREDENTIAL_MAILER, 70, e,
			  "passwords and the visitor's address are sent to another server");
	else if (e->third & M_SECRET && e->third & M_CLIENT && e->third & M_VISITOR && !w->q->namespaces)
		weigh_add(w, "php.send.secret", CLASS_CREDENTIAL_MAILER, 50, e,
			  "a password, and from where and with what it came, are sent to another server");
	else if (e->third & M_SECRET && w->leaves && w->small)
		weigh_add(w, "php.send.secret", CLASS_CREDENTIAL_MAILER, 60, e,
			  "passwords that visitors send are sent to another server");
	else if (e->third & M_SECRET && e->marks & M_URL && w->small && !w->q->includes && !w->q->classes)
		weigh_add(w, "php.send.secret", CLASS_CREDENTIAL_MAILER, 50, e,
			  "passwords that visitors send are sent to another server");
}

/* A user of the site is made, or somebody becomes one without a password. */
static void account(struct weighing *w, const struct event *e)
{
	if (w->q->classes || w->q->namespaces)
		return;
	if (e->kind == EVENT_FIXED)
		weigh_add(w, "php.account", CLASS_BACKDOOR, 60, e,
			  "a user is made whose password stands in the script, or somebody is signed in "
			  "without one");
	else if (e->function.n == 18 && !e->in_function && w->q->includes && w->q->tokens < SMALL)
		weigh_add(w, "php.account", CLASS_BACKDOOR, 60, e,
			  "somebody is signed in without a password");
	else if (e->third & M_FIELD && w->q->tokens < SMALL)
		weigh_add(w, "php.account.request", CLASS_BACKDOOR, 60, e,
			  "a request names the user that is made, or becomes");
}

static void output(struct weighing *w, const struct event *e)
{
	if (e->kind == EVENT_PAGE && w->small && !w->q->includes)
		weigh_add(w, "php.output.page", CLASS_OBFUSCATED, 50, e,
			  "a page is shown that was packed in the script");
	if (e->kind == EVENT_TAG)
		weigh_add(w, "php.output.script", CLASS_DOORWAY, 60, e,
			  "another server's script, packed in this one, is put into the page");
	if (e->marks & M_FILE && e->marks & M_SCRIPT && w->alone && w->q->tokens < TINY && !w->q->includes)
		weigh_add(w, "php.read.source", CLASS_WEBSHELL, 50, e,
			  "it does little more than show another script's text");
	if (!(e->marks & M_REMOTE) || !w->alone)
		return;
	weigh_add(w, "php.output.remote", CLASS_DOORWAY, w->small && !w->q->includes ? 50 : 30, e,
		  "what another server sends is shown as this site's own");
	if (e->marks & (M_VISITOR | M_HEADER))
		weigh_add(w, "php.output.cloak", CLASS_DOORWAY, w->q->tokens < 4000 ? 50 : 20, e,
			  "that server is told which page was asked for, or who asks");
	if (e->marks & M_FIELD && w->q->tokens < 1500)
		weigh_add(w, "php.output.proxy", CLASS_DOORWAY, 30, e,
			  "a request names what is fetched from there");
}

/* Whom it connects to. */
static void talk(struct weighing *w, const struct event *e)
{
	if ((e->third & M_FIELD && !(e->third & M_BEHIND) && w->small) ||
	    (e->marks & M_HEADER && !(e->marks & (M_BEHIND | M_VISITOR)) && w->alone && !w->q->includes))
		weigh_add(w, "php.send.request", CLASS_WEBSHELL, 50, e,
			  "a request names the server that is connected to");
	else if (e->marks & M_SOCKET && w->q->hides && !w->q->namespaces && w->ev->outside <= OUTSIDE_MOST &&
		 w->q->tokens - w->q->in_class >= 10)
		weigh_add(w, "php.send.remote", CLASS_BACKDOOR, 60, e,
			  "another server names the server that is connected to");
}

void weigh_sent(struct weighing *w, const struct event *e)
{
	switch (e->sink) {
	case SINK_PUT:
		dialogue(w, e);
		break;
	case SINK_MAIL:
		w->mails = true;
		mail(w, e);
		break;
	case SINK_OUTPUT:
		output(w, e);
		break;
	case SINK_READ:
		fetch(w, e);
		break;
	case SINK_FETCH:
	case SINK_OPTION:
		w->mutes |= e->kind == EVENT_MUTES;
		fetch(w, e);
		break;
	case SINK_DATABASE:
		database(w, e);
		break;
	case SINK_SEND:
		talk(w, e);
		break;
	case SINK_LISTEN:
		if (w->alone && !w->q->classes && !e->in_function)
			weigh_add(w, "php.listen", CLASS_BACKDOOR, 50, e, "it waits for others to connect");
		break;
	case SINK_ACCOUNT:
		account(w, e);
		break;
	case SINK_ADD:
		w->hides += e->kind == EVENT_HIDES;
		break;
	case SINK_PROBE:
		w->accounts |= span_eq(e->function, SPAN("posix_getpwuid")) && e->maybe;
		break;
	default:
		break;
	}
}
