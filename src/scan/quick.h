/*
 * quick - the first look at a file: is there anything in it that could do harm, and anything it could be done with?
 * One pass over the tokens, nothing kept. What it lets go is clean by construction: no dangerous call in call position,
 * or nothing that a stranger or a decoder could have put into one.
 *
 * TRUST: the file is an attacker's.
 */
#ifndef SPAMTRAIL_SCAN_QUICK_H
#define SPAMTRAIL_SCAN_QUICK_H

#include "scan/lexicon.h"

struct quick {
	bool binary; /* a NUL is in it */
	bool php; /* an opening tag was seen */
	bool too_deep;
	uint32_t first_tag; /* where */
	uint64_t sinks; /* a bit for each enum sink that is called */
	uint32_t sources; /* superglobals, the body, headers, other servers: how many */
	uint32_t inputs; /* of these, what a request brings */
	uint32_t decoders; /* calls of decoders */
	uint32_t dynamic; /* $f(...), ("a"."b")(...) */
	uint32_t commands; /* different functions that run programs: bits */
	uint32_t evals, includes, backticks;
	uint32_t classes, functions, uses;
	uint32_t namespaces; /* 0 where what lies in them is no program's */
	uint32_t longest; /* the longest text */
	uint32_t texts; /* bytes of texts */
	uint32_t escapes; /* texts with hex escapes */
	uint32_t names; /* variables whose name nobody could read aloud */
	uint32_t variables, tokens, comments, html;
	uint32_t gotos;
	uint32_t forms; /* HTML: fields for a file */
	uint32_t probes, hides; /* different calls that look around, that hide */
	uint32_t file_calls; /* bits: different calls on files */
	uint32_t mails, self, connects;
	uint32_t dialogues; /* texts that name a recipient to a mail server */
	uint32_t unusual; /* names by which functions are called without looking like it */
	uint32_t named; /* functions that run things, named in texts */
	uint32_t scripts; /* texts that hold PHP */
	uint32_t supers; /* superglobals alone */
	uint32_t free_supers; /* of these, outside of classes */
	uint32_t exits, logs;
	uint32_t lists; /* texts that name lists of plug-ins or users */
	uint32_t outfiles; /* texts that make a database write a file */
	uint32_t asks; /* texts that name what tells who asks */
	bool injected; /* another server's script stands right in front of the first tag, and nothing else */
	uint32_t starts; /* objects that are made outside of classes */
	bool picture; /* it begins like one, and has a whole opening tag */
	uint32_t guards; /* 1: leaves unless a constant is defined; 2: defines one; 3: both */
	uint32_t guard_until, guard_depth; /* while it looks: by then it has to leave, in that statement */
	uint32_t in_class; /* tokens in classes */
	bool apart; /* what stands outside of classes would suspect by itself: see quick_apart() */
	uint32_t free_harm; /* outside of classes: calls that may do harm, code that is run, superglobals */
	uint32_t depth, class_depth; /* while it looks: open braces; where the class began, plus one */
	bool class_comes;
};

/*
 * FILE is under 4 GiB and only read. Cannot fail: RET is filled for every text; RET->php says whether
 * there is any PHP in it.
 */
void quick_look(const struct lexicon *words, struct span file, struct quick *ret);
/*
 * True where the engine has to work the file out. False for a file without an opening tag, whatever else
 * is in it: PHP would print it.
 */
bool quick_suspects(const struct quick *q);

/*
 * What stands outside of FILE's classes, as if there were none: a class in front makes no program's part of a script. Q is
 * the look at all of it. False: there are no classes, or too little stands outside.
 */
bool quick_apart(const struct lexicon *words, struct span file, const struct quick *q, struct quick *ret);

/* A file with a class that starts it itself, and needs no other file: what it does, it does when it is called. */
bool quick_starts(const struct quick *q);

#endif
