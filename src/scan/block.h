/*
 * block - open blocks of statements while they are translated: block.c keeps their stack, loop.c has the loops and switch.
 *
 * A block is closed where its braces, its colon's end or its one statement end, and then tells the code that jumps behind it.
 *
 * TRUST: blocks are opened and closed by an attacker's text: one that is never closed ends with its unit.
 */
#ifndef SPAMTRAIL_SCAN_BLOCK_H
#define SPAMTRAIL_SCAN_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct compiler;
struct block;

enum block_kind { B_PLAIN, B_IF, B_ELSE, B_LOOP, B_FOR, B_DO, B_SWITCH, B_CATCH };
enum block_form { F_BRACES, F_ONE, F_COLON }; /* braces, one statement, a colon */

/* The new block, which begins at c->i; good until the next. */
struct block *block_open(struct compiler *c, uint8_t kind);
/* The innermost block, of which there is one, ends here. False: an else goes on with it. */
bool block_close(struct compiler *c);
/* All innermost blocks of one statement end here. */
void block_close_single(struct compiler *c);
/* A statement is whole: blocks of one statement end with it, up to one that an else goes on with. */
void block_ended(struct compiler *c);
/* The same behind a ";", if there is one. */
void block_end_statement(struct compiler *c);
/* endif and its sisters, at c->i. */
void block_close_colon(struct compiler *c);
/* An expression in brackets at c->i, which leaves one value; c->i stands behind them. */
void block_condition(struct compiler *c);
/* "if" or "elseif" at c->i; "else" of an if with a colon. */
void block_if(struct compiler *c);
void block_else(struct compiler *c);
/* False: KW, at c->i, begins no loop, is no part of a switch and leaves none. */
bool loop_keyword(struct compiler *c, uint8_t kw);

#endif
