/*
 * What the network says: rdata of every type; the helper's answers, unpacked and given to a check and to the names; and
 * TXT records as SPF. Nothing but an answer in the documented set may count as listed.
 */
#include "base/err.h"
#include "dns/records.c"
#include "report/reputation.h"
#include "repute/identity.h"
#include "repute/spf.h"
#include "repute/reputation.h"
#include "repute/check.h"
#include "repute/blocklists.h"
#include "repute/ask.h"

#include <stdlib.h>

static const char table[] = "[l.example]\nkind = address\nipv6 = yes\nanswer = 127.0.0.2 x\n"
			    "[d.example]\nkind = domain\nbit = 1 error\nbit = 8 y\n";

static void rdata(struct arena *a, struct span bytes)
{
	struct span got;

	for (int type = 0; type < ASK_TYPES; type++)
		if (record_read(a, (enum ask_type)type, bytes, &got) && got.n > 65535)
			abort();
}

/* The lines of TEXT are the answers to what SPF asks, in turn. */
static void policy(struct arena *a, struct span text)
{
	static const char ip[16] = { (char)192, 0, 2, 1 };
	struct spf *s = spf_new(a, SPAN("a.example"), span_of(ip, text.n & 1 ? 4 : 16));
	struct span why;
	struct ask ask;

	for (unsigned n = 0; spf_next(s, &ask); n++) {
		ptrdiff_t end = span_find(text, 0, '\n');
		struct span line = end < 0 ? text : span_head(text, (size_t)end);
		struct answer answer = { .record = &line, .nrecords = line.n > 0 };

		answer.state = line.n ? ANSWER_DATA : ANSWER_NONE;
		if (n > 40 || !ask_name_fits(ask.name))
			abort();
		spf_take(s, &answer);
		text = span_from(text, line.n + 1);
	}
	spf_decided(s, &why);
}

static bool documented(const struct answer *answer)
{
	for (size_t i = 0; i < answer->nrecords; i++)
		if (answer->record[i].n == 4 && (memcmp(answer->record[i].p, "\177\0\0\2", 4) == 0 ||
						 memcmp(answer->record[i].p, "\177\0\0\10", 4) == 0))
			return true;
	return false;
}

static void answers(struct arena *a, struct span bytes)
{
	struct blocklists b = { .arena = a };
	struct subject subjects[3];
	struct blocklist *lists;
	struct asks out = { 0 };
	struct answers got;
	size_t n = 0, nlists;
	struct check *c;
	struct identities *names;
	bool any = false;

	if (answers_unpack(a, bytes, &got, NULL) < 0)
		return;
	subject_parse(SPAN("192.0.2.1"), &subjects[0]);
	subject_parse(SPAN("2001:db8::1"), &subjects[1]);
	subject_parse(SPAN("shop.example"), &subjects[2]);
	blocklists_read(&b, SPAN(table), "table", NULL);
	nlists = blocklists_choose(&b, NULL, 0, NULL, 0, &lists);
	c = check_new(a, lists, nlists, subjects, 3, CHECK_PATIENCE);
	names = identities_new(a, &(struct identity_want){ .subjects = subjects, .nsubjects = 3 });
	check_start(c, &out);
	identities_start(names, &out);
	for (size_t i = 0; i < got.n; i++) {
		any = any || documented(&got.list[i]);
		check_take(c, &got.list[i], &out);
		identities_take(names, &got.list[i], &out);
	}
	for (const struct listing *l = check_listings(c, &n); n--; l++)
		if (l->v.state == LIST_LISTED && !any)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of((const char *)data, size);
	struct arena *a = arena_new();

	if (size && data[0] == 'R')
		rdata(a, span_from(bytes, 1));
	else if (size && data[0] == 'S')
		policy(a, span_from(bytes, 1));
	else
		answers(a, bytes);
	arena_free(a);
	return 0;
}
