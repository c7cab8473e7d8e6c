/*
 * What a scan is held against: signatures, manifests, and what others have named. The first byte says which; the input is
 * cut in two at the first NUL: rules, then what they are held against.
 */
#include "fuzz_time.h"
#include "scan/known.h"
#include "scan/named.h"
#include "scan/sigs.h"

static void see(void *ctx, struct span path, struct span name, bool away)
{
	*(size_t *)ctx += path.n + name.n + away;
}

static void signatures(struct span name, struct span rules, struct span text)
{
	struct sigs *s = sigs_new();
	struct span names[SIGS_TOLD];
	bool all;

	sigs_add(s, name, rules);
	sigs_ready(s);
	sigs_match(s, text, true, names, &all);
	sigs_free(s);
}

static void releases(bool package, struct span rules, struct span path)
{
	struct known *k = known_new();
	struct known_answer a;

	if (package)
		known_add_package(k, rules, SPAN("x"));
	else
		known_add_manifest(k, rules, SPAN("x"));
	known_ready(k);
	known_is_anchor(k, path);
	if (known_may(k, path))
		known_look(k, path, path, &a);
	known_free(k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rules = span_of((const char *)data, size), text;
	ptrdiff_t nul;
	size_t sum = 0;
	int kind;
	uint64_t from = time_now();

	if (size < 2)
		return 0;
	kind = data[0] % 8;
	rules = span_from(rules, 1);
	nul = span_find(rules, 0, '\0');
	text = nul < 0 ? rules : span_from(rules, (size_t)nul + 1);
	rules = nul < 0 ? rules : span_head(rules, (size_t)nul);
	if (kind < 2)
		signatures(kind ? SPAN("x.ndb") : SPAN("x.hdb"), rules, text);
	else if (kind < 4)
		releases(kind == 2, rules, text);
	else
		named_read((enum named_kind)(kind - 4), rules, see, &sum);
	time_must(from, 2000000, 20, size);
	return 0;
}
