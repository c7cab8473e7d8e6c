/*
 * lexicon - the words a PHP text is read by: keywords, and the functions whose meaning matters here.
 *
 * One table row says all about a function: how it is worked out (only pure functions can be), where its result comes
 * from, and which of its arguments does harm when somebody else chose it. Built once per process, read only.
 *
 * TRUST: the tables are ours; words that are looked up are an attacker's, of any length and bytes.
 */
#ifndef SPAMTRAIL_SCAN_LEXICON_H
#define SPAMTRAIL_SCAN_LEXICON_H

#include "scan/token.h"

/* What the result of a function is made of. */
enum flow {
	FLOW_NONE, /* nothing of its arguments: numbers, truth, checked text */
	FLOW_JOIN, /* all of its arguments */
	FLOW_FIELD, /* a request's field, a header, the body */
	FLOW_REMOTE, /* another server's answer, where its argument is an address */
	FLOW_FILE, /* what stands in a file */
	FLOW_CONSTANT, /* text of this server that nobody else spells */
	FLOW_TEMP, /* the path of a temporary file, or one that is open */
	FLOW_CLIENT, /* who asks, if that is what it is asked for */
};

/* What a function does with its arguments that may be harm. */
enum sink {
	SINK_NONE,
	SINK_CODE, /* runs its argument as PHP */
	SINK_COMMAND, /* runs its argument as a program */
	SINK_CALLBACK, /* calls what its argument names */
	SINK_INCLUDE,
	SINK_WRITE, /* argument = the path, the next one the text */
	SINK_OPEN, /* fopen */
	SINK_PUT, /* fwrite: argument = the handle, the next one the text */
	SINK_UPLOAD, /* moves an upload: from, to */
	SINK_COPY,
	SINK_MAIL,
	SINK_FETCH, /* asks another server */
	SINK_SEND, /* talks to a socket */
	SINK_FILES, /* lists, removes, renames, changes rights: argument = the path */
	SINK_READ, /* reads a file */
	SINK_REPLACE, /* preg_replace with its /e */
	SINK_MAKE, /* create_function */
	SINK_EXTRACT, /* makes variables */
	SINK_OUTPUT,
	SINK_REDIRECT, /* header() */
	SINK_OPTION, /* ini_set, curl_setopt */
	SINK_UNPACK, /* unserialize */
	SINK_DATABASE,
	SINK_PROBE, /* phpinfo, php_uname, posix_getpwuid */
	SINK_GIVEN, /* a function that runs code is handed over by its name */
	SINK_LISTEN, /* waits for others to connect */
	SINK_ADD, /* a list of the site's is changed before it is shown */
	SINK_ACCOUNT, /* makes a user of the site, or is one */
	SINK_HIDE, /* error_reporting, set_time_limit, ignore_user_abort */
};

/* Functions that are worked out; builtin.c has one row for each, callbacks.c those that call others. */
enum act {
	ACT_NONE, ACT_BASE64, ACT_BASE64_ENCODE, ACT_INFLATE, ACT_UNCOMPRESS, ACT_GZDECODE, ACT_ROT13, ACT_REVERSE,
	ACT_HEX, ACT_UNHEX, ACT_URLDECODE, ACT_RAWURLDECODE, ACT_URLENCODE, ACT_UUDECODE, ACT_CHR, ACT_ORD, ACT_LOWER,
	ACT_UPPER, ACT_UCFIRST, ACT_UCWORDS, ACT_LCFIRST, ACT_TRIM, ACT_LTRIM, ACT_RTRIM, ACT_SUBSTR, ACT_REPLACE, ACT_IREPLACE, ACT_TRANSLATE,
	ACT_IMPLODE, ACT_EXPLODE, ACT_SPLIT, ACT_SPRINTF, ACT_PACK, ACT_ENTITIES, ACT_STRIPSLASHES, ACT_STRIPCSLASHES, ACT_REPEAT,
	ACT_STRLEN, ACT_COUNT, ACT_MAP, ACT_FILTER, ACT_WALK, ACT_CALL, ACT_CALL_ARRAY, ACT_RANGE, ACT_HEXDEC, ACT_BINDEC,
	ACT_OCTDEC, ACT_BASE_CONVERT, ACT_DECHEX, ACT_INTVAL, ACT_FLOOR, ACT_ARRAY_REVERSE, ACT_ARRAY_MERGE, ACT_SHIFT,
	ACT_POP, ACT_PUSH, ACT_KEYS, ACT_VALUES, ACT_FLIP, ACT_SLICE, ACT_EXISTS, ACT_DEFINE, ACT_CONSTANT, ACT_PAD,
	ACT_STRPOS, ACT_STRSTR, ACT_STRRCHR, ACT_PARSE_STR, ACT_EXTRACT, ACT_PREG_MATCH, ACT_PREG_REPLACE,
	ACT_PREG_CALLBACK, ACT_CREATE, ACT_ARGS, ACT_MIN, ACT_MAX, ACT_CHUNK, ACT_QUOTE, ACT_CURRENT, ACT_END, ACT_SORT, ACT_REGISTER, ACT_IN_ARRAY, ACT_SUBSTR_COUNT,
	ACT_REPLACE_AT, ACT_CHECK, ACT_FOPEN, ACT_CURL, ACT_MBCONVERT, ACT_FLUSH, ACT_IS, ACT_BASENAME, ACT_STRTOK, ACT_LINES, ACT_VALIDATE, ACT_DIGEST,
	ACT_IMPORT, ACT_HANDLERS, ACT_UNBUFFER, ACT_IS_ARRAY, ACT_UNPACK, ACT_CIPHER, ACT_DUMP, ACT_PATHINFO, ACT_ON_ERROR, ACT_ERROR, ACT_AGE, ACT_ESCAPE,
	ACTS
};

enum { NO_ARG = 15 };

struct function {
	const char *name;
	uint8_t act; /* enum act */
	uint8_t flow; /* enum flow */
	uint8_t sink; /* enum sink */
	uint8_t arg; /* the argument that the sink is about */
};

struct lexicon;

/*
 * The caller's, to be given back with lexicon_free. Read only once made, so threads may share it. Ends
 * the process where there is no memory, as xcalloc does.
 */
struct lexicon *lexicon_new(void);
void lexicon_free(struct lexicon *l);
/*
 * WORD in any case; KW_NONE for what is no keyword. Source: PHP manual, List of keywords; "die" is
 * KW_EXIT.
 */
enum keyword lexicon_keyword(const struct lexicon *l, struct span word);
/* Any case, with or without a leading "\"; NULL: a function nobody here knows. */
const struct function *lexicon_function(const struct lexicon *l, struct span name);

#endif
