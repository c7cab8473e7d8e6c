/*
 * record - see record.h.
 *
 * TRUST: records come back from the journal and from hold stores that only root can write in; a restored backup may
 * still hold anything, so every field is checked, and what it names is looked at anew before it is touched.
 */
#include "act/record.h"
#include "base/arena.h"
#include "base/codec.h"
#include "base/err.h"

#define BILLION 1000000000u

static void code_instant(struct codec *c, struct instant *v)
{
	code_i64(c, &v->seconds);
	code_u32(c, &v->nanos);
	code_refuse_if(c, v->nanos >= BILLION);
}

static void code_seen(struct codec *c, struct seen *v)
{
	code_u64(c, &v->device);
	code_u64(c, &v->inode);
	code_u64(c, &v->size);
	code_u32(c, &v->mode);
	code_u32(c, &v->uid);
	code_u32(c, &v->gid);
	code_instant(c, &v->mtime);
	code_instant(c, &v->atime);
}

static void code_mode(struct codec *c, struct mode_seen *v)
{
	code_u64(c, &v->device);
	code_u64(c, &v->inode);
	code_u32(c, &v->mode);
}

void record_code(struct codec *c, struct record *v)
{
	code_span(c, &v->token);
	code_span(c, &v->store);
	code_u64(c, &v->store_inode);
	code_seen(c, &v->parent);
	code_seen(c, &v->file);
	code_instant(c, &v->parent_after);
	code_span(c, &v->xattrs);
	code_span(c, &v->hash);
	code_u64(c, &v->new_inode);
	code_span(c, &v->new_hash);
	code_span(c, &v->beside);
	code_span(c, &v->boot);
	CODE_LIST(c, v->ids, v->nids, 4, code_span);
	CODE_LIST(c, v->modes, v->nmodes, 20, code_mode);
	CODE_LIST(c, v->frozen, v->nfrozen, 4, code_span);
}

void record_pack(const struct record *v, struct buf *out)
{
	struct packer packer = { .out = out };
	struct codec c = { .to = &packer };

	record_code(&c, (struct record *)v);
}

int record_unpack(struct arena *a, struct span bytes, struct record **ret, struct err *err)
{
	struct unpacker u = { .left = bytes };
	struct codec c = { .from = &u, .arena = a };
	struct record *v = arena_alloc(a, sizeof(*v));

	if (bytes.n)
		record_code(&c, v);
	if (!unpack_done(&u))
		return err_set(err, EXIT_IO, "an action's record is damaged");
	*ret = v;
	return 0;
}

struct instant instant_of(const struct timespec *t)
{
	return (struct instant){ t->tv_sec, (uint32_t)t->tv_nsec };
}

struct timespec instant_timespec(struct instant i)
{
	return (struct timespec){ i.seconds, i.nanos };
}

bool instant_equal(struct instant a, struct instant b)
{
	return a.seconds == b.seconds && a.nanos == b.nanos;
}

struct seen seen_of(const struct stat *st)
{
	return (struct seen){
		.device = st->st_dev,
		.inode = st->st_ino,
		.size = (uint64_t)st->st_size,
		.mode = st->st_mode,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.mtime = instant_of(&st->st_mtim),
		.atime = instant_of(&st->st_atim),
	};
}

bool seen_same(const struct seen *s, const struct stat *st)
{
	return s->device == st->st_dev && s->inode == st->st_ino &&
	       (s->mode & S_IFMT) == (st->st_mode & S_IFMT);
}
