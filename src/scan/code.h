/*
 * code - what a PHP text is translated to before it is worked out: units (the script itself, each function) of simple
 * instructions for a machine with a stack of values.
 *
 * TRUST: made from an attacker's text. Operands are checked where they are used, as broken text makes
 * code that does not fit together; only OP is sure to be one of enum code_op.
 */
#ifndef SPAMTRAIL_SCAN_CODE_H
#define SPAMTRAIL_SCAN_CODE_H

#include "scan/token.h"
#include "scan/value.h"

enum code_op {
	C_NOP,
	C_CONST, /* a: constant; b 1: the name of a class */
	C_LOAD, /* a: variable; b 1: about to be written into */
	C_STORE, /* a: variable; b: operator of a compound assignment, 0 none */
	C_STEP, /* a: variable; b: 1 up, 2 down */
	C_LOAD_NAMED, C_STORE_NAMED, /* the name lies below */
	C_INDEX, C_STORE_INDEX, /* INDEX b 1: about to be written into */
	C_PUSH_TO, /* array, value: $a[] = */
	C_PROPERTY, C_STORE_PROPERTY, /* a: name */
	C_PROPERTY_NAMED, C_STORE_PROPERTY_NAMED,
	C_CLASS_CONSTANT, /* a: name; the class lies below */
	C_CALL, /* a: name, n: arguments */
	C_CALL_VALUE, /* n arguments above what is called */
	C_METHOD, /* a: name, n arguments above the object */
	C_METHOD_NAMED, /* n arguments above object and name */
	C_NEW, /* n arguments above the class */
	C_BINARY, C_UNARY, C_CAST, /* a: operator */
	C_ARRAY, C_ADD, C_ADD_KEY, C_SPREAD,
	C_COPY, C_POP,
	C_WHEN, C_OTHERWISE, C_JOINED, /* ? : ; a: where the other arm begins, or ends */
	C_IF, C_ELSE, C_ENDIF, /* the same for statements */
	C_LOOP, C_TEST, C_AGAIN, C_LOOP_END, /* TEST a: behind the loop; AGAIN a: the loop's start */
	C_EACH, C_NEXT, /* foreach: a = behind the loop; NEXT pushes value and key */
	C_BREAK, C_CONTINUE, /* a: where to, n: loops left */
	C_RETURN, C_EXIT, C_ECHO, C_PRINT, C_EVAL, C_INCLUDE, C_SHELL,
	C_UNSET, C_GLOBAL, C_GOTO, C_LABEL, /* a: name of the label */
	C_CLOSURE, /* a: unit; n: values of its use list */
	C_MAYBE, C_SURE, /* what stands in between may be left out: catch, case */
	C_ISSET,
	C_ALIAS, /* a: variable; n: the one that it is from now on */
};

struct code {
	uint8_t op, b;
	uint16_t n;
	uint32_t a;
	uint32_t token;
};

/* A text that was cut: the file itself, or what was decoded from it. */
struct text {
	struct span bytes;
	struct token *token;
	uint32_t n;
	uint32_t layer; /* decoded so many times */
	uint32_t from; /* step that gave it */
	uint32_t number; /* among the events' texts */
};

struct parameter {
	uint32_t slot;
	bool by_reference, rest;
	uint32_t constant; /* its default, or UINT32_MAX */
};

struct unit {
	struct text *text;
	uint32_t first, end; /* tokens of its body */
	uint32_t head, head_end; /* of its parameters */
	uint32_t name; /* in lower case, 0: none */
	uint32_t class; /* NO_CLASS: none */
	uint32_t same_name; /* of a method: the one before it that is called so, plus one */
	struct code *code;
	uint32_t codes;
	uint32_t *slot_name; /* names of its variables */
	uint32_t slots;
	struct parameter *parameter;
	uint32_t parameters;
	uint32_t use_first, uses; /* a closure's use list: tokens, then the first variable and their number */
	struct value *captured; /* what the use list held when the closure was made */
	uint32_t number;
	uint32_t *label_at; /* by name: where in the code, plus one */
	uint32_t runs;
	bool arrow; /* fn: the body is one expression */
	bool running, refused;
	struct value returned; /* all it has returned so far */
	struct {
		uint64_t key; /* of the arguments it was called with, 0: none */
		bool done;
		struct value result;
	} known[24];
	uint32_t knowns;
};

enum { TRAITS_MOST = 4 };

struct class {
	uint32_t name, parent; /* in lower case; 0: none */
	uint32_t trait[TRAITS_MOST]; /* the same */
	struct array *properties; /* of all its objects: who they are is not followed */
	struct text *text; /* where it is declared, and the token of its keyword */
	uint32_t token;
	bool made;
};

#endif
