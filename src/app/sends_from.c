/*
 * sends_from - see sends_from.h.
 *
 * What the MTA is told to bind to outranks the interfaces; what refusals name is added, since behind NAT it is the
 * only address that others see. An address a stranger's refusal names is looked up, nothing more.
 *
 * TRUST: names out of logs and settings are taken only where they are addresses or domains in form.
 */
#include "app/sends_from.h"
#include "app/config.h"
#include "model/rows.h"

#include <arpa/inet.h>
#include <ifaddrs.h>

/* Each is several questions, and whoever owns many mailboxes here could add as many as he likes. */
#define DOMAINS_MOST 16

static bool known(const struct sends_from *s, const struct subject *one)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct subject *has = &s->subject[i];

		if (has->nip == one->nip && (one->nip ? memcmp(has->ip, one->ip, one->nip) == 0
						      : span_eq_nocase(has->text, one->text)))
			return true;
	}
	return false;
}

static void add(struct sends_from *s, const struct subject *one)
{
	if (known(s, one))
		return;
	if (s->n == SUBJECTS_MOST)
		s->more = true;
	else
		s->subject[s->n++] = *one;
}

int sends_from_words(struct sends_from *s, char *const *words, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct subject one;

		if (!subject_parse(span_str(words[i]), &one))
			return err_set(
				err, EXIT_USAGE,
				"%.100s: neither an address nor a domain (letters beyond ASCII as xn--...)",
				words[i]);
		add(s, &one);
	}
	if (s->more)
		return err_set(err, EXIT_USAGE, "at most %d addresses and domains at once", SUBJECTS_MOST);
	return 0;
}

static void add_address(struct sends_from *s, struct span text, bool *ret_seen)
{
	struct subject one;

	if (!subject_parse(text, &one) || one.nip == 0)
		return;
	if (subject_is_private(&one)) {
		s->private_only = true;
		return;
	}
	*ret_seen = true;
	add(s, &one);
}

static void add_interfaces(struct sends_from *s, struct arena *a, bool *ret_seen)
{
	struct ifaddrs *all;
	char text[INET6_ADDRSTRLEN];

	if (getifaddrs(&all) < 0)
		return;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		const void *ip = NULL;
		int family = i->ifa_addr ? i->ifa_addr->sa_family : 0;

		if (family == AF_INET)
			ip = &((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr;
		else if (family == AF_INET6)
			ip = &((const struct sockaddr_in6 *)(const void *)i->ifa_addr)->sin6_addr;
		if (ip && inet_ntop(family, ip, text, sizeof(text)))
			add_address(s, arena_span(a, span_str(text)), ret_seen);
	}
	freeifaddrs(all);
}

static void add_domain(struct sends_from *s, struct span name)
{
	struct subject one;

	if (subject_parse(name, &one) && one.nip == 0)
		add(s, &one);
}

static void add_domains(struct sends_from *s, const struct inquiry *q)
{
	size_t before = s->n;
	struct row_walk rows = rows_walk(q, ROWS_HEADS);
	const struct row *r;

	add_domain(s, q->helo);
	while (s->n < before + DOMAINS_MOST && (r = rows_next(&rows)) != NULL) {
		ptrdiff_t at = span_rfind(r->id, '@');

		if (r->kind == KIND_AUTH && at > 0)
			add_domain(s, span_from(r->id, (size_t)at + 1));
	}
	rows_stop(&rows);
}

void sends_from_server(struct sends_from *s, struct arena *a, const struct config *c, const struct inquiry *q,
		       bool live)
{
	bool told = false;

	for (size_t i = 0; i < c->addresses.n; i++)
		add_address(s, span_str(c->addresses.item[i].value), &told);
	for (size_t i = 0; q && i < q->noutgoing; i++)
		add_address(s, q->outgoing[i].address, &told);
	if (live && !told)
		add_interfaces(s, a, &told);
	/* A private address beside a public one is nothing to complain of. */
	if (told)
		s->private_only = false;
	if (q)
		add_domains(s, q);
}
