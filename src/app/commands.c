/*
 * commands - see commands.h. A new verb is one row here and one verb_NAME.c; a new flag one row and one
 * field of struct options.
 */
#include "app/commands.h"

#include "app/verbs.h"

static const struct flag flags[FLAGS] = {
	[FLAG_ROOT] = { "root", VALUE_DIR, "DIR", "treat DIR as the server's / (a mounted image, a chroot)" },
	[FLAG_SINCE] = { "since", VALUE_TEXT, "TIME",
			 "from TIME on: \"2 hours ago\", -2h, yesterday, 08:00, \"2026-11-23 08:00\"" },
	[FLAG_UNTIL] = { "until", VALUE_TEXT, "TIME", "up to TIME" },
	[FLAG_LIVE] = { "live", VALUE_TEXT, "TIME",
			"first watch for TIME (60s, 5m) which process hands over each message; needs root" },
	[FLAG_JSON] = { "json", VALUE_NONE, NULL, "one JSON object" },
	[FLAG_PLAIN] = { "plain", VALUE_NONE, NULL, "tab-separated lines for scripts" },
	[FLAG_HTML] = { "html", VALUE_FILE, "FILE", "also write one self-contained page to FILE" },
	[FLAG_STATS] = { "stats", VALUE_NONE, NULL, "totals by hour, sender, host, domain and error" },
	[FLAG_BY] = { "by", VALUE_WORDS, "culprit|sender|subject|domain|age|door|class", "what to group by" },
	[FLAG_QUICK] = { "quick", VALUE_NONE, NULL, "do not ask the logs what is spam, and who is new" },
	[FLAG_LIST] = { "list", VALUE_NONE, NULL, "each message: id, size, arrival, sender, recipients" },
	[FLAG_EXPLAIN] = { "explain", VALUE_NONE, NULL,
			   "the whole proof: where it comes from, what was decoded, where it does harm" },
	[FLAG_ACCOUNT] = { "account", VALUE_TEXT, "USER",
			   "the home of USER, and his sites' folders elsewhere" },
	[FLAG_INCIDENT] = { "incident", VALUE_TEXT, "ID",
			    "from the script that mailed outwards: what it includes, what is as old, "
			    "the home" },
	[FLAG_FULL] = { "full", VALUE_NONE, NULL,
			"read everything, and ask every scanner that is here about it" },
	[FLAG_TOP] = { "top", VALUE_TEXT, "N", "show N rows" },
	[FLAG_APPLY] = { "apply", VALUE_NONE, NULL, "do it, after asking; without it nothing is changed" },
	[FLAG_YES] = { "yes", VALUE_NONE, NULL, "do not ask" },
	[FLAG_DRY_RUN] = { "dry-run", VALUE_NONE, NULL, "only show it, whatever else is given" },
	[FLAG_FOR] = { "for", VALUE_TEXT, "TIME", "take it back by itself after TIME: 30m, 4h, 2d" },
	[FLAG_ALL] = { "all", VALUE_NONE, NULL,
		       "contain: the brake, nothing leaves this machine for 30m or --for; queue: all "
		       "messages" },
	[FLAG_FROM] = { "from", VALUE_DIR, "DIR", "put clean files from DIR in the place of locked scripts" },
	[FLAG_FLUSH] = { "flush", VALUE_NONE, NULL, "deliver now, after asking; never held or frozen mail" },
	[FLAG_RELEASE] = { "release", VALUE_NONE, NULL, "let held messages go on, after asking" },
	[FLAG_CUSTOMER] = { "customer", VALUE_NONE, NULL, "to the customer: what happened, what he must do" },
	[FLAG_ABUSE_DESK] = { "abuse-desk", VALUE_NONE, NULL,
			      "to who complained, and to the networks a stolen login came from, with XARF" },
	[FLAG_AFFECTED] = { "affected", VALUE_NONE, NULL,
			    "to other customers whose mail was refused because of it" },
	[FLAG_DELIST] = { "delist", VALUE_NONE, NULL,
			  "the delisting packet; refused while the cause is not gone" },
	[FLAG_RESOLUTION] = { "resolution", VALUE_NONE, NULL,
			      "the closing statement; refused while the cause is not gone" },
	[FLAG_FORCE] = { "force", VALUE_NONE, NULL,
			 "print it all the same, with the open points in the text" },
	[FLAG_CONFIRMED] = { "confirmed", VALUE_WORDS, "password|logins|both",
			     "your word that it was changed, that open logins were ended, where it cannot be "
			     "seen" },
	[FLAG_LOCK] = { "lock", VALUE_WORDS, "auto|hold|mode|403",
			"how scripts are locked: moved to the hold store, made unreadable, or refused by "
			"the web server" },
	[FLAG_PERMISSIONS] = { "permissions", VALUE_NONE, NULL,
			       "also take rights away in the account's home that only he himself should "
			       "have" },
	[FLAG_CREDENTIALS] = { "credentials", VALUE_NONE, NULL,
			       "also lock the account's shell password, ssh keys and FTP users" },
	[FLAG_AGAIN] = { "again", VALUE_NONE, NULL, "do again what an operator took back before" },
	[FLAG_REMOVE] = { "remove", VALUE_NONE, NULL,
			  "setup: take out what it put in; queue: end messages for good, samples are kept" },
	[FLAG_EXPIRED] = { "expired", VALUE_NONE, NULL,
			   "all actions whose time is over; the timer runs this" },
	[FLAG_MOVED] = { "moved", VALUE_NONE, NULL,
			 "also into a folder that is another one now: look at it first" },
	[FLAG_PURGE] = { "purge", VALUE_NONE, NULL,
			 "end held files older than [hold] keep_days, hash checked" },
	[FLAG_NAGIOS] = { "nagios", VALUE_NONE, NULL,
			  "one line for Nagios and its kin, with perfdata; exit 0, 1, 2 or 3" },
	[FLAG_NOTIFY] = { "notify", VALUE_NONE, NULL,
			  "tell [signs] mail_to and webhook when something has changed; the timer runs "
			  "this" },
	[FLAG_DELIVER] = { "deliver", VALUE_NONE, NULL,
			   "as an alias's command: keep what was learnt, print nothing, exit 0 or 75" },
	[FLAG_STATE] = { "state", VALUE_DIR, "DIR", "keep incidents and the senders' past in DIR" },
	[FLAG_CONFIG] = { "config", VALUE_FILE, "FILE", "read FILE instead of /etc/spamtrail" },
	[FLAG_COLOR] = { "color", VALUE_WORDS, "auto|always|never", "colours; NO_COLOR counts for auto" },
	[FLAG_QUIET] = { "quiet", VALUE_NONE, NULL, "no progress, no hints: the answer only" },
	[FLAG_UNCONFINED] = { "unconfined", VALUE_NONE, NULL,
			      "go on even where the kernel cannot confine who reads" },
	[FLAG_COMPLETION] = { "completion", VALUE_WORDS, "bash|scdoc", "print the shell completion" },
	[FLAG_HELP] = { "help", VALUE_NONE, NULL, "this text" },
	[FLAG_VERSION] = { "version", VALUE_NONE, NULL, "the version" },
};

#define BIT(flag) (UINT64_C(1) << (flag))
#define COMMON (BIT(FLAG_CONFIG) | BIT(FLAG_COLOR) | BIT(FLAG_QUIET))
#define INPUT (BIT(FLAG_ROOT) | BIT(FLAG_SINCE) | BIT(FLAG_UNTIL) | BIT(FLAG_STATE) | BIT(FLAG_UNCONFINED))
#define FORMAT (BIT(FLAG_JSON) | BIT(FLAG_PLAIN))

static const struct verb verbs[] = {
	{ .name = "investigate",
	  .args = "[PATH...]",
	  .nargs_max = UINT32_MAX,
	  .files = true,
	  .summary = "who sends the spam, with proof and damage",
	  .text = "PATH is a log file, a directory, or - for standard input. Without PATH the logs that "
		  "the mail server's configuration names are read; on this host the newest 6 hours, "
		  "widened to the onset, and programs that speak to mail servers directly. With --live "
		  "the mail queue is watched first: who hands a message over is named where no log "
		  "does. Nothing is changed; Ctrl-C ends the watch early.\n"
		  "Exit: 0 nothing found, 1 an incident, 3 something could not be read (outranks 1).\n",
	  .flags =
		  COMMON | INPUT | FORMAT | BIT(FLAG_HTML) | BIT(FLAG_STATS) | BIT(FLAG_TOP) | BIT(FLAG_LIVE),
	  .run = verb_investigate },
	{ .name = "signs",
	  .args = "",
	  .summary = "is it happening now? Each figure beside its usual one",
	  .text = "The newest hour of the logs (of each no more than 128 MiB, 20 seconds at most), the "
		  "queue's size, what the mail server takes, what reputation and complaints last said. "
		  "What is usual at this hour of the week is learnt by looking: let the timer do it.\n"
		  "Exit: 0 all normal, 1 something is not, 3 something could not be seen (outranks 1); "
		  "with --nagios 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n",
	  .flags = COMMON | FORMAT | BIT(FLAG_ROOT) | BIT(FLAG_STATE) | BIT(FLAG_UNCONFINED) |
		   BIT(FLAG_NAGIOS) | BIT(FLAG_NOTIFY),
	  .own = { { FLAG_STATE, "keep what is usual, and the last alarm, in DIR" } },
	  .run = verb_signs },
	{ .name = "scan",
	  .args = "[PATH...]",
	  .nargs_max = UINT32_MAX,
	  .files = true,
	  .summary = "malicious scripts, by what they do",
	  .text = "PATH is a folder, which is read whole and never left, or a file. Scripts are never "
		  "run: their code is worked out under limits. Started by root, each folder is read as "
		  "its owner. What was clean and has not changed since is not read again. Beside it, "
		  "where they are: clamd, maldet's and Wordfence's results, and rules.d/ (*.yar, *.ndb, "
		  "*.hdb, *.manifest).\n"
		  "Exit: 0 nothing found, 1 something, 3 something could not be read (outranks 1).\n",
	  .flags = COMMON | FORMAT | BIT(FLAG_ROOT) | BIT(FLAG_SINCE) | BIT(FLAG_TOP) | BIT(FLAG_UNCONFINED) |
		   BIT(FLAG_EXPLAIN) | BIT(FLAG_STATE) | BIT(FLAG_ACCOUNT) | BIT(FLAG_INCIDENT) |
		   BIT(FLAG_FULL),
	  .own = { { FLAG_SINCE, "only what has changed from TIME on" },
		   { FLAG_STATE, "keep what was clean and what was found in DIR" } },
	  .run = verb_scan },
	{ .name = "why",
	  .args = "INCIDENT[.N] [PATH...]",
	  .nargs_min = 1,
	  .nargs_max = UINT32_MAX,
	  .files = true,
	  .summary = "the raw lines behind every claim of an incident",
	  .text = "INCIDENT is the id that investigate shows, N the number of a claim. Each line comes "
		  "with its file, line number, byte offset and grade: A the kernel or the mail server "
		  "vouches, B the suspect influences the spelling, C the suspect wrote it. Give the "
		  "same PATH and --root as to investigate.\n",
	  .flags = COMMON | INPUT | FORMAT,
	  .run = verb_why },
	{ .name = "explain",
	  .args = "[FILE|-|LINE]",
	  .nargs_max = 1,
	  .files = true,
	  .summary = "what each log line says",
	  .text = "An argument that names a file is read, any other is a log line itself.\n",
	  .flags = COMMON | BIT(FLAG_ROOT) | BIT(FLAG_JSON) | BIT(FLAG_UNCONFINED),
	  .own = { { FLAG_JSON, "one JSON object for each line" } },
	  .run = verb_explain },
	{ .name = "queue",
	  .args = "[GROUP|-]",
	  .nargs_max = 1,
	  .summary = "what waits in the mail queue, and whose it is; deliver, release, remove",
	  .text = "Reads the spools of Postfix and Exim themselves; a user who is not root gets what "
		  "postqueue tells. Grouped by culprit unless --by says otherwise. The logs tell what is "
		  "spam, and which recipients are new to their sender (--quick does not ask them).\n"
		  "GROUP is a key as it is shown: auth:info@shop.example, an address, a domain; - reads "
		  "queue ids from standard input. Without one --flush means all that is not held, "
		  "--release all that is held, --remove needs --all. Each asks (--yes) and stands in the "
		  "journal.\n",
	  .flags = COMMON | FORMAT | BIT(FLAG_ROOT) | BIT(FLAG_BY) | BIT(FLAG_LIST) | BIT(FLAG_QUICK) |
		   BIT(FLAG_TOP) | BIT(FLAG_UNCONFINED) | BIT(FLAG_FLUSH) | BIT(FLAG_RELEASE) |
		   BIT(FLAG_REMOVE) | BIT(FLAG_ALL) | BIT(FLAG_YES) | BIT(FLAG_DRY_RUN) | BIT(FLAG_STATE),
	  .own = { { FLAG_ALL, "all messages: what --remove asks for where no GROUP is named" },
		   { FLAG_REMOVE, "end messages for good, after asking; samples are kept" },
		   { FLAG_STATE, "keep the journal of what is done in DIR" } },
	  .run = verb_queue },
	{ .name = "doctor",
	  .args = "",
	  .summary = "what is switched off that would name the sender",
	  .text = "For each setting: what is off, what it would have shown, the line that turns it on "
		  "and where it goes. Changes nothing.\n",
	  .flags = COMMON | FORMAT | BIT(FLAG_ROOT) | BIT(FLAG_UNCONFINED),
	  .run = verb_doctor },
	{ .name = "reputation",
	  .args = "[ADDRESS|DOMAIN...]",
	  .nargs_max = 64,
	  .summary = "which lists refuse this server's mail, and the way out",
	  .text = "Without arguments: who refused mail in the last week's logs, and every address this "
		  "server sends from, its name and its senders' domains. A list counts only when its "
		  "test points are right; else it is unknown.\n"
		  "Exit: 0 clean, 1 listed, 3 something did not answer (outranks 1).\n",
	  .flags = COMMON | INPUT | FORMAT,
	  .own = { { FLAG_STATE, "keep who is listed since when in DIR" } },
	  .run = verb_reputation },
	{ .name = "contain",
	  .args = "INCIDENT|SENDER",
	  .nargs_max = 1,
	  .summary = "stop a sender: the plan, and with --apply the deed",
	  .text = "INCIDENT is an id of investigate. SENDER is a login (info@shop.example, auth:NAME), "
		  "a user, a script's path. The plan shows each action with the grade of its evidence, "
		  "the same by hand and its way back. It acts on nobody else.\n"
		  "Exit: 0 shown or done, 3 something could not be done (said).\n",
	  .flags = COMMON | INPUT | FORMAT | BIT(FLAG_APPLY) | BIT(FLAG_YES) | BIT(FLAG_DRY_RUN) |
		   BIT(FLAG_FOR) | BIT(FLAG_ALL) | BIT(FLAG_FROM) | BIT(FLAG_LOCK) | BIT(FLAG_PERMISSIONS) |
		   BIT(FLAG_CREDENTIALS) | BIT(FLAG_AGAIN),
	  .own = { { FLAG_ALL, "the brake: nothing leaves this machine for 30m or --for" },
		   { FLAG_STATE, "incidents, and the journal of what is done, are in DIR" } },
	  .run = verb_contain },
	{ .name = "setup",
	  .args = "",
	  .summary = "the hook lines in the mail server, shown before they are put in",
	  .text = "Exim gets a few lines that ask whether a sender's mail is to be held; Postfix needs "
		  "none. The result is checked before it is used. On a panel only its own ways are "
		  "used. contain does it too where it needs it.\n",
	  .flags = COMMON | FORMAT | BIT(FLAG_ROOT) | BIT(FLAG_STATE) | BIT(FLAG_UNCONFINED) |
		   BIT(FLAG_APPLY) | BIT(FLAG_YES) | BIT(FLAG_DRY_RUN) | BIT(FLAG_REMOVE),
	  .own = { { FLAG_REMOVE, "take out what it put in" },
		   { FLAG_STATE, "keep the journal of what is done in DIR" } },
	  .run = verb_setup },
	{ .name = "complaints",
	  .args = "[PATH|-...]",
	  .nargs_max = UINT32_MAX,
	  .files = true,
	  .summary = "complaints and bounces, and who of this server is meant",
	  .text = "PATH is a Maildir, an mbox, a file or a directory of messages, - standard input. Without "
		  "PATH what is piped into it is read, else what came to [complaints] mailboxes in two "
		  "weeks. Each is looked up in this server's logs of that time by queue id and Message-ID; "
		  "what only the message says is grade C. The timer reads the mailboxes. An abuse: alias "
		  "may pipe instead, with --deliver, as a user who reads the logs and writes the state.\n"
		  "Exit: 0 nobody here is meant, 1 somebody is, 3 something could not be read (outranks "
		  "1).\n",
	  .flags = COMMON | INPUT | FORMAT | BIT(FLAG_TOP) | BIT(FLAG_DELIVER),
	  .own = { { FLAG_STATE, "keep who was complained of in DIR" } },
	  .run = verb_complaints },
	{ .name = "report",
	  .args = "INCIDENT",
	  .nargs_min = 1,
	  .nargs_max = 1,
	  .summary = "texts ready to be sent: customer, abuse desk, delisting, closing statement",
	  .text = "INCIDENT is an id that spamtrail investigate shows of the server's own logs, or of "
		  "those beneath --root. Without a letter's flag: is the cause gone, point by point. "
		  "--delist and "
		  "--resolution are refused while it is not: he still sends, his mail is queued, his "
		  "script is there, his password is the stolen one. Where a password "
		  "lies in SQL, LDAP or a panel's database, --confirmed password is the only witness: it "
		  "closes what "
		  "cannot be seen here, never what is seen to be open, and the text says that it is your "
		  "word. It is remembered until he sends again; history shows it. Templates: [report] texts, "
		  "else "
		  "/usr/share/spamtrail/texts.\n"
		  "Exit: 0 printed, 1 refused, 3 something could not be read (outranks 1).\n",
	  .flags = COMMON | INPUT | FORMAT | BIT(FLAG_HTML) | BIT(FLAG_CUSTOMER) | BIT(FLAG_ABUSE_DESK) |
		   BIT(FLAG_AFFECTED) | BIT(FLAG_DELIST) | BIT(FLAG_RESOLUTION) | BIT(FLAG_FORCE) |
		   BIT(FLAG_CONFIRMED),
	  .run = verb_report },
	{ .name = "undo",
	  .args = "ACTION|INCIDENT|SENDER",
	  .nargs_max = 1,
	  .summary = "take back what contain did, byte for byte",
	  .text = "ACTION is a number of spamtrail history. Newest first; bytes, mode, owner, times, "
		  "ACLs and attributes come back, and what has appeared meanwhile is never overwritten.\n"
		  "Exit: 0 all is back, 3 something is not (said).\n",
	  .flags = COMMON | FORMAT | BIT(FLAG_ROOT) | BIT(FLAG_STATE) | BIT(FLAG_EXPIRED) | BIT(FLAG_MOVED),
	  .own = { { FLAG_STATE, "the journal of what was done is in DIR" } },
	  .run = verb_undo },
	{ .name = "history",
	  .args = "",
	  .summary = "every action: who, when, why, state",
	  .text = "Times are UTC. What was given word for with report --confirmed stands among them, as "
		  "said. --purge ends held files for good: those that were held longer than "
		  "[hold] keep_days ago and whose bytes are still the ones that were held.\n",
	  .flags = COMMON | FORMAT | BIT(FLAG_ROOT) | BIT(FLAG_STATE) | BIT(FLAG_PURGE),
	  .own = { { FLAG_STATE, "the journal of what was done is in DIR" } },
	  .run = verb_history },
	{ .name = "config",
	  .args = "check|show|limits",
	  .nargs_min = 1,
	  .nargs_max = 1,
	  .words = "check show limits",
	  .summary = "check settings, show where each comes from, list built-in limits",
	  .text = "Reads /etc/spamtrail/spamtrail.conf and /etc/spamtrail/conf.d/*.conf; neither is "
		  "needed.\n",
	  .flags = COMMON | FORMAT,
	  .run = verb_config },
	{ .name = "help",
	  .args = "[VERB]",
	  .nargs_max = 1,
	  .words = "",
	  .summary = "this list, or more about VERB",
	  .text = "",
	  .flags = BIT(FLAG_COMPLETION),
	  .run = verb_help },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

const struct flag *command_flag(enum flag_id id)
{
	return &flags[id];
}

const struct verb *command_verb(size_t index)
{
	for (size_t i = 0; i < VERBS; i++)
		if (verbs[i].run && index-- == 0)
			return &verbs[i];
	return NULL;
}

const struct verb *command_named(struct span name)
{
	const struct verb *v;

	for (size_t i = 0; (v = command_verb(i)) != NULL; i++)
		if (span_eq(name, span_str(v->name)))
			return v;
	return NULL;
}
