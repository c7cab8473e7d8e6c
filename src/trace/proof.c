/* proof - see proof.h. TRUST: a sender's own lines, cut to PROOF_TEXT; how many there are is up to him, SENDER_PROOFS a row. */
#include "trace/proof.h"

#include "base/err.h"

#include <stdlib.h>

_Static_assert(sizeof(struct proof) + PROOF_TEXT <= PROOF_SIZES * PROOF_STEP, "the longest has a size");

void proofs_free(struct proofs *pool)
{
	for (unsigned i = 0; i < PROOF_SIZES; i++)
		proof_free_chain(pool->spare[i]);
}

struct proof *proof_take(struct proofs *pool, size_t n)
{
	unsigned size = proof_size(n);
	struct proof *p = pool->spare[size];

	if (!p)
		return xmalloc((size + 1ul) * PROOF_STEP);
	pool->spare[size] = p->next;
	pool->n--;
	return p;
}

void proof_give(struct proofs *pool, struct proof *p, unsigned size)
{
	if (pool->n == PROOF_SPARE_MOST) {
		free(p);
		return;
	}
	p->next = pool->spare[size];
	pool->spare[size] = p;
	pool->n++;
}

void proof_give_chain(struct proofs *pool, struct proof *p)
{
	while (p) {
		struct proof *next = p->next;

		proof_give(pool, p, proof_size(p->n));
		p = next;
	}
}

void proof_free_chain(struct proof *p)
{
	while (p) {
		struct proof *next = p->next;

		free(p);
		p = next;
	}
}
