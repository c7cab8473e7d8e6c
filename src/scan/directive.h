/*
 * directive - what the readers of settings share: words of a line, names of files that never run, and a sign that a
 * line gives. Pure functions of the line.
 * TRUST: lines are an account's; each call looks at its bytes once.
 */
#ifndef SPAMTRAIL_SCAN_DIRECTIVE_H
#define SPAMTRAIL_SCAN_DIRECTIVE_H

#include "base/span.h"

/* What one line says; no RULE: nothing. Texts are constants. */
struct sign {
	const char *rule, *text;
	int weight;
};

/* What a file's name says of it: a script or anything; a page or style, which some sites have PHP make; what never runs. */
enum quiet { QUIET_NOT, QUIET_PAGE, QUIET_DATA };

/* WORD anywhere in S, in any case. */
bool directive_has(struct span s, const char *word);
/* The next word of REST, without the quotes around it, as httpd takes words; REST moves behind it. Empty: no more. */
struct span directive_word(struct span *rest);
/* By the end of NAME, which is a file's name, or an extension with or without its dot. */
enum quiet directive_quiet(struct span name);
/* A part of PATH begins with a dot, and is neither "." nor "..". */
bool directive_hidden(struct span path);
/* Folders that everybody may write to, and what lies in them. */
bool directive_everybody(struct span path);

enum { HTACCESS_DEPTH = 16 };

/* What a line of an .htaccess says; STATE is that of the lines before, zero at the first. */
struct htaccess {
	uint8_t quiet[HTACCESS_DEPTH]; /* what each open section is about */
	unsigned depth;
	bool runs_cgi; /* the place may run CGI: without that, cgi-script forbids */
	bool cloaks; /* a condition on who comes from where stands above */
};
struct sign htaccess_sign(struct htaccess *state, struct span line);
/* What PHP's setting auto_prepend_file or its sister says; LINE is that of any file. */
struct sign prepend_sign(struct span line);
/* What PHP's setting zend.script_encoding says. */
struct sign encoding_sign(struct span line);
/* What PHP's setting sendmail_path says, which names the program that mail() hands each mail to. */
struct sign mailer_sign(struct span line);
/* What a line of a crontab says; SYSTEM: with a user's name in front of the command. */
struct sign cron_sign(struct span line, bool system);

/* Who starts a command that nobody types. */
enum starter {
	STARTED_CRON,
	STARTED_AT,
	STARTED_LOGIN,
	STARTED_MAIL,
	STARTED_UNIT,
	STARTED_PAGE,
	STARTED_KEY,
	STARTED_PHP,
	STARTERS
};
/* What a command of a shell says. IN_EVERYBODY: the lines before went to a place that everybody may write to; it is kept. */
struct sign command_sign(struct span line, enum starter by, bool *in_everybody);

/* What a line of a shell's, mail's or systemd's file says; STATE is that of the lines before, zero at the first. */
struct starts {
	bool in_everybody, in_function;
};
enum { STARTS_LINE = 8192 }; /* of a longer one the beginning is looked at */
struct sign starts_sign(struct starts *state, struct span line, enum starter by);
/* A page may hold elements that run commands: the next one at or behind AT, and where its attributes begin. False: no more. */
bool starts_element(struct span page, size_t at, size_t *ret_start, size_t *ret_behind);
/* The commands of all elements, one by one; STATE is zero at first, then START is where the element begins. False: no more. */
struct page_commands {
	size_t at, start;
	struct span rest; /* of the element's attributes */
};
bool starts_page(struct span page, struct page_commands *state, struct span *ret_command);
/* What one of these says. */
struct sign page_sign(struct span command);

#endif
