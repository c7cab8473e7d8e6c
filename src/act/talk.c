/*
 * talk - see talk.h. One function per message serves both ends, so what is sent and what is read cannot drift apart.
 *
 * TRUST: the peer's bytes; base/codec.h refuses what is short, long or out of range, and the caller looks once at the end.
 */
#include "act/talk.h"
#include "base/codec.h"

void act_code_begin(struct codec *c, struct act_begin *v)
{
	code_span(c, &v->who);
	code_span(c, &v->state_dir);
	code_span(c, &v->root);
	CODE_LIST(c, v->allow, v->nallow, 4, code_span);
}

void act_code_looked(struct codec *c, struct act_looked *v)
{
	CODE_LIST(c, v->innocent, v->ninnocent, 4, code_span);
	CODE_LIST(c, v->free, v->nfree, 4, code_span);
}

void act_code_undo(struct codec *c, struct act_undo *v)
{
	code_span(c, &v->what);
	code_bool(c, &v->moved);
}

void act_code_planned(struct codec *c, struct act_planned *v)
{
	code_u64(c, &v->id);
	code_i64(c, &v->undone);
	code_bool(c, &v->same);
}
