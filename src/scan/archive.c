/*
 * archive - see archive.h.
 * TRUST: as there.
 */
#include "scan/archive.h"

#include "base/codec.h"

void archive_code_ask(struct codec *c, struct archive_ask *a)
{
	code_span(c, &a->path);
	code_span(c, &a->only);
	code_u64(c, &a->size);
	code_time(c, &a->mtime);
	code_time(c, &a->ctime);
	code_u32(c, &a->uid);
	code_u64(c, &a->most.members);
	code_u64(c, &a->most.bytes);
	code_u64(c, &a->most.micros);
}
