/*
 * ops - instructions of the machine, one function each: variables and places (store.c), branches and loops (branch.c).
 */
#ifndef SPAMTRAIL_SCAN_OPS_H
#define SPAMTRAIL_SCAN_OPS_H

struct machine;
struct code;

/*
 * Runs K, whose operands are as code.h says. Takes its values off the stack and leaves its result, if it
 * has one; there is no error, what goes wrong gives unknown or stops the machine. May change the program
 * counter of the frame on top.
 */
typedef void run_op(struct machine *m, const struct code *k);

run_op op_load, op_store, op_step, op_load_named, op_store_named, op_index, op_store_index, op_push_to, op_property, op_store_property, op_property_named, op_store_property_named, op_branch, op_else, op_joined, op_endif, op_maybe, op_sure, op_loop, op_test, op_again, op_loop_end, op_each, op_next, op_break, op_continue, op_goto, op_label;

/*
 * Labels that only undecided gotos lead to come last: true where there is one. Each is gone to once, and
 * only if nothing else has come by.
 */
bool branch_pending(struct machine *m);
/* Nobody knows whether the frame on top is left here: none of its loops is sure to have a next turn. */
void branch_may_leave(struct machine *m);
/* From the unit's start once more. */
void branch_restart(struct machine *m);

#endif
