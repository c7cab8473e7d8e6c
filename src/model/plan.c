/*
 * plan - a plan as flat bytes and back (base/codec.h). Unpacked texts point into the bytes.
 *
 * TRUST: a plan is made by a confined process that has read foreign bytes. Here its shape is checked; whether an
 * action may be done at all is decided where it is done.
 */
#include "model/plan.h"

#include "base/codec.h"

#define MAGIC UINT32_C(0x4c507453) /* "StPL" */
#define VERSION 1
#define ACTION_LEAST 83

static void code_action(struct codec *c, struct action *v)
{
	v->kind = code_enum(c, v->kind, ACTION_KINDS);
	code_span(c, &v->what);
	code_span(c, &v->command);
	code_span(c, &v->undo);
	code_grade(c, &v->grade);
	code_bool(c, &v->transient);
	code_u32(c, &v->lifetime);
	code_u32(c, &v->uid);
	code_span(c, &v->base);
	code_span(c, &v->path);
	code_u32(c, &v->mode);
	code_refuse_if(c, v->mode > 07777);
	code_bool(c, &v->absent);
	code_span(c, &v->old_bytes);
	code_span(c, &v->new_bytes);
	code_span(c, &v->mta);
	CODE_LIST(c, v->args, v->nargs, 4, code_span);
	CODE_LIST(c, v->back, v->nback, 4, code_span);
	code_u32(c, &v->pid);
	code_u64(c, &v->born);
}

static void code_plan(struct codec *c, struct plan *v)
{
	uint32_t magic = MAGIC, version = VERSION;

	code_u32(c, &magic);
	code_u32(c, &version);
	code_refuse_if(c, magic != MAGIC || version != VERSION);
	code_span(c, &v->incident);
	code_span(c, &v->sender);
	CODE_LIST(c, v->actions, v->nactions, ACTION_LEAST, code_action);
	code_refuse_if(c, v->nactions > PLAN_ACTIONS_MOST);
	CODE_LIST(c, v->apart, v->napart, 4, code_span);
	CODE_LIST(c, v->notes, v->nnotes, 4, code_span);
}

void plan_pack(const struct plan *p, struct buf *out)
{
	struct packer packer = { .out = out };
	struct codec c = { .to = &packer };

	code_plan(&c, (struct plan *)p);
}

int plan_unpack(struct arena *a, struct span bytes, struct plan **ret_plan, struct err *err)
{
	struct unpacker u = { .left = bytes };
	struct codec c = { .from = &u, .arena = a };
	struct plan *p = arena_alloc(a, sizeof(*p));

	*p = (struct plan){ 0 };
	code_plan(&c, p);
	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "a plan was damaged on its way between our processes");
	*ret_plan = p;
	return 0;
}

void action_pack(const struct action *v, struct buf *out)
{
	struct packer packer = { .out = out };
	struct codec c = { .to = &packer };

	code_action(&c, (struct action *)v);
}

int action_unpack(struct arena *a, struct span bytes, struct action **ret_action, struct err *err)
{
	struct unpacker u = { .left = bytes };
	struct codec c = { .from = &u, .arena = a };
	struct action *v = arena_alloc(a, sizeof(*v));

	code_action(&c, v);
	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "an action's record is damaged");
	*ret_action = v;
	return 0;
}
