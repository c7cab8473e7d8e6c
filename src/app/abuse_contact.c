/* abuse_contact - see abuse_contact.h. */
#include "app/abuse_contact.h"

#include "app/dns_helper.h"
#include "base/buf.h"
#include "repute/ask.h"

#include <string.h>

#define MILLIS 3000 /* limit report, ms: for the abuse contact of one address */
#define CONTACT_MOST 254

struct asking {
	struct arena *arena;
	struct span *contact;
	size_t n;
	int silent;
};

/* One address or several with commas between: nothing else, and no more than a mail's head has room for. */
static bool is_contact(struct span s)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-@,";
	ptrdiff_t at = span_find(s, 0, '@');

	for (size_t i = 0; i < s.n; i++)
		if (!memchr(good, s.p[i], sizeof(good) - 1))
			return false;
	return at > 0 && (size_t)at + 1 < s.n && s.n <= CONTACT_MOST && s.p[0] != '-';
}

static void take(void *ctx, const struct answer *answer, struct asks *out)
{
	struct asking *k = ctx;

	(void)out;
	if (answer->id >= k->n)
		return;
	k->silent += answer->state == ANSWER_LATE || answer->state == ANSWER_FAILED;
	for (size_t i = 0; answer->state == ANSWER_DATA && i < answer->nrecords; i++)
		if (!k->contact[answer->id].n && is_contact(answer->record[i]))
			k->contact[answer->id] = arena_span(k->arena, answer->record[i]);
}

static int ask_once(const struct abuse_want *want, struct asking *k, const char *resolver, bool *ret_heard,
		    struct err *err)
{
	const struct dns_want dns = {
		.resolver = resolver, .unconfined = want->unconfined, .ctx = k, .take = take
	};
	struct asks first = { 0 };

	k->silent = 0;
	for (size_t i = 0; i < want->n; i++) {
		struct ask one = { .id = (uint32_t)i, .type = ASK_TXT, .millis = MILLIS };
		struct buf name = BUF_MAX(1024);

		subject_name(&want->address[i], span_str(want->zone), &name);
		one.name = buf_view(&name);
		k->silent += !asks_add(&first, k->arena, &one);
		buf_free(&name);
	}
	return first.n ? dns_ask(&dns, k->arena, &first, ret_heard, err) : 0;
}

int abuse_contacts(const struct abuse_want *want, struct arena *a, struct span *ret_contact, struct err *err)
{
	struct asking k = { .arena = a, .contact = ret_contact, .n = want->n };
	bool by_itself = strcmp(want->resolver, "auto") == 0, heard = true;
	int rc;

	for (size_t i = 0; i < want->n; i++)
		ret_contact[i] = SPAN_NONE;
	rc = ask_once(want, &k, by_itself ? "recursive" : want->resolver, &heard, err);
	/* as reputation does: where nothing gets out, the system's resolver may */
	if (rc == 0 && by_itself && !heard)
		rc = ask_once(want, &k, "system", &heard, err);
	return rc < 0 ? rc : k.silent;
}
