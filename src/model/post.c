/*
 * post - see post.h.
 * TRUST: the answer comes from a process that has spoken to strangers: every length is checked.
 */
#include "model/post.h"

#include "base/codec.h"

static void code_job(struct codec *c, struct post_job *v)
{
	v->way = (enum post_way)code_enum(c, v->way, POST_SMTP + 1);
	code_span(c, &v->url);
	code_span(c, &v->ca);
	code_span(c, &v->user);
	code_span(c, &v->password);
	CODE_LIST(c, v->to, v->nto, 4, code_span);
	code_span(c, &v->body);
}

static void code_done(struct codec *c, struct post_done *v)
{
	code_bool(c, &v->taken);
	code_u32(c, &v->code);
	code_span(c, &v->text);
}

void post_job_pack(const struct post_job *job, struct buf *out)
{
	struct packer p = { .out = out };
	struct codec c = { .to = &p };

	/* a packing codec only reads */
	code_job(&c, (struct post_job *)job);
}

bool post_job_unpack(struct arena *a, struct span bytes, struct post_job *ret)
{
	struct unpacker u = { .left = bytes };
	struct codec c = { .from = &u, .arena = a };
	struct post_job job = { 0 };

	code_job(&c, &job);
	if (!unpack_done(&u) || !job.way || job.nto > POST_ADDRESSES_MOST)
		return false;
	*ret = job;
	return true;
}

void post_done_pack(const struct post_done *done, struct buf *out)
{
	struct packer p = { .out = out };
	struct codec c = { .to = &p };

	code_done(&c, (struct post_done *)done);
}

bool post_done_unpack(struct span bytes, struct post_done *ret)
{
	struct unpacker u = { .left = bytes };
	struct codec c = { .from = &u };
	struct post_done done = { 0 };

	code_done(&c, &done);
	if (!unpack_done(&u))
		return false;
	*ret = done;
	return true;
}
