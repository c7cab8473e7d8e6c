/* host - see host.h. */
#include "host/host.h"

#include "host/places.h"

#define LOGS_MOST 4000

static void learn_accounts(const struct host_io *io, struct arena *a, struct host_facts *f)
{
	static const char *const domain_tables[] = { "/etc/userdomains", "/etc/trueuserdomains",
						     "/etc/virtual/domainowners" };
	struct span bytes;

	f->accounts = accounts_new();
	if (io->read(io->ctx, a, SPAN("/etc/passwd"), &bytes))
		accounts_add_passwd(f->accounts, bytes);
	for (size_t i = 0; i < sizeof(domain_tables) / sizeof(*domain_tables); i++)
		if (io->read(io->ctx, a, span_str(domain_tables[i]), &bytes))
			accounts_add_domains(f->accounts, bytes);
	accounts_ready(f->accounts);
}

static void learn_zone(const struct host_io *io, struct arena *a, struct host_facts *f)
{
	struct err err = { 0 };
	struct span bytes;

	if (io->read(io->ctx, a, SPAN("/etc/localtime"), &bytes) && zone_parse(bytes, &f->zone, &err) < 0) {
		f->unseen = arena_alloc(a, sizeof(*f->unseen));
		f->unseen[f->nunseen++] = arena_span(a, span_str(err.text));
	}
}

void host_learn(const struct host_io *io, struct arena *a, struct host_facts *ret_facts)
{
	struct host_facts *f = ret_facts;
	struct span bytes;

	*f = (struct host_facts){ 0 };
	learn_accounts(io, a, f);
	learn_zone(io, a, f);
	if (io->read(io->ctx, a, SPAN("/etc/hostname"), &bytes))
		f->hostname = span_trim(bytes);
	f->logs = arena_alloc(a, LOGS_MOST * sizeof(*f->logs));
	for (enum log_role role = LOG_MAIL; role <= LOG_LOGIN; role++)
		f->nlogs += places_find(io, a, role, f->logs + f->nlogs, LOGS_MOST - f->nlogs);
}

void host_forget(struct host_facts *f)
{
	accounts_free(f->accounts);
	zone_free(f->zone);
}
