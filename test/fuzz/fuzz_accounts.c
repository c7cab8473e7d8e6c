/* fuzz_accounts - any tables, any path: an owner's home must hold the path, and lookups stay inside. */
#include "base/err.h"
#include "host/accounts.h"

/* Up to three parts, cut at 0x1e: passwd, domains, and what is asked for. */
static struct span take_part(struct span *s)
{
	ptrdiff_t at = span_find(*s, 0, 0x1e);
	struct span part = at < 0 ? *s : span_head(*s, (size_t)at);

	*s = span_from(*s, part.n + 1);
	return part;
}

static void check_index(const struct accounts *a, uint32_t i)
{
	if (i != ACCOUNT_NONE && i >= accounts_count(a))
		bug("an index outside the table");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of((const char *)data, size), passwd = take_part(&all),
		    domains = take_part(&all);
	struct accounts *a = accounts_new();
	uint32_t owner;

	accounts_add_passwd(a, passwd);
	accounts_add_domains(a, domains);
	accounts_ready(a);
	check_index(a, accounts_by_name(a, all));
	check_index(a, accounts_by_uid(a, (uint32_t)size));
	check_index(a, accounts_by_domain(a, all, true));
	owner = accounts_by_path(a, all);
	check_index(a, owner);
	if (owner != ACCOUNT_NONE && (accounts_get(a, owner)->shared || accounts_get(a, owner)->mta))
		bug("a shared user owns a path");
	if (owner != ACCOUNT_NONE && span_search(all, 0, SPAN("/../")) >= 0)
		bug("a path that climbs has an owner");
	for (uint32_t i = 0; i < accounts_count(a); i++)
		if (accounts_by_name(a, accounts_get(a, i)->name) != i)
			bug("an account that its name does not find");
	accounts_free(a);
	return 0;
}
