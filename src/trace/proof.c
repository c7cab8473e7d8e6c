/* proof - see proof.h. TRUST: a sender's own lines, cut to PROOF_TEXT; how many there are is up to him, SENDER_PROOFS a row. */
#include "trace/proof.h"

#include "base/arena.h"

_Static_assert(sizeof(struct proof) + PROOF_TEXT <= PROOF_SIZES * PROOF_STEP, "the longest has a size");

void proofs_init(struct proofs *all)
{
	*all = (struct proofs){ .arena = arena_new() };
}

void proofs_free(struct proofs *all)
{
	arena_free(all->arena);
}

struct proof *proof_take(struct proofs *all, size_t n)
{
	unsigned size = proof_size(n);
	struct proof *p = all->spare[size];

	if (!p)
		return arena_alloc(all->arena, (size + 1ul) * PROOF_STEP);
	all->spare[size] = p->next;
	return p;
}

void proof_give(struct proofs *all, struct proof *p, unsigned size)
{
	p->next = all->spare[size];
	all->spare[size] = p;
}

void proofs_give(struct proofs *all, struct proof *p)
{
	while (p) {
		struct proof *next = p->next;

		proof_give(all, p, proof_size(p->n));
		p = next;
	}
}
