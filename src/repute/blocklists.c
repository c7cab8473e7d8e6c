/*
 * blocklists - see blocklists.h.
 *
 * TRUST: our own data and root's folder. What is wrong is an error with its line: a list that is half understood
 * would accuse or acquit by accident.
 */
#include "repute/blocklists.h"

#include "base/arena_more.h"
#include "sys/ini.h"
#include "base/err.h"
#include "base/arena.h"

#include <arpa/inet.h>
#include <stddef.h>

#define ZONES_MOST 500 /* limit reputation: lists */
#define ADDRESS_CHARS 15

bool ipv4_parse(struct span text, uint32_t *ret_address)
{
	char copy[ADDRESS_CHARS + 1];
	struct in_addr in;

	if (text.n == 0 || text.n > ADDRESS_CHARS)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (inet_pton(AF_INET, copy, &in) != 1)
		return false;
	*ret_address = ntohl(in.s_addr);
	return true;
}

static struct span word(struct span *rest)
{
	struct span s = span_trim(*rest);
	size_t n = 0;

	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
		n++;
	*rest = span_trim(span_from(s, n));
	return span_head(s, n);
}

/* ADDRESS or ADDRESS-ADDRESS, then words. */
static const char *take_code(struct blocklist *z, enum code_kind kind, struct span value)
{
	struct span text = value;
	struct span range = word(&text);
	ptrdiff_t dash = span_find(range, 0, '-');
	struct code code = { .kind = kind };

	if (!ipv4_parse(dash < 0 ? range : span_head(range, (size_t)dash), &code.from))
		return "not an address:";
	code.to = code.from;
	if (dash >= 0 && !ipv4_parse(span_from(range, (size_t)dash + 1), &code.to))
		return "not an address:";
	if (code.to < code.from || code.from >> 24 != 127 || code.to >> 24 != 127)
		return "answers lie in 127.0.0.0/8:";
	if (z->ncodes == CODES_MOST)
		return "too many answers at";
	code.text = text;
	z->code[z->ncodes++] = code;
	return NULL;
}

/* "8 phishing": the meaning of one bit of 127.0.0.x; "1 error ..." is a refusal. */
static const char *take_bit(struct blocklist *z, struct span value)
{
	struct span text = value;
	uint64_t bit;

	if (!span_u64(word(&text), &bit) || bit == 0 || bit > 128 || (bit & (bit - 1)) != 0)
		return "not one bit (1, 2, 4 ... 128):";
	z->bits = true;
	if (span_starts(text, SPAN("error")))
		z->bits_error |= (uint8_t)bit;
	else
		z->bits_listed |= (uint8_t)bit;
	z->bit_text[__builtin_ctzll(bit)] = text;
	return NULL;
}

static const char *take_kind(struct blocklist *z, struct span value)
{
	bool domain = span_eq(value, SPAN("domain"));

	if (!domain && !span_eq(value, SPAN("address")))
		return "a list is of kind address or domain, not";
	z->domain = domain;
	z->v4 = !domain;
	return NULL;
}

static const char *take_switch(bool *ret, struct span value)
{
	*ret = span_eq(value, SPAN("yes"));
	return *ret || span_eq(value, SPAN("no")) ? NULL : "neither yes nor no:";
}

struct text_key {
	const char *name;
	size_t offset;
};

#define TEXT(name, member)                               \
	{                                                \
		name, offsetof(struct blocklist, member) \
	}

static const struct text_key texts[] = {
	TEXT("name", name),
	TEXT("remove", remove),
	TEXT("who", who),
	TEXT("lasts", lasts),
	TEXT("form", form),
	TEXT("source", source),
	TEXT("note", note),
	TEXT("replaces", replaces),
	TEXT("listed", v4_points.listed),
	TEXT("clean", v4_points.clean),
	TEXT("listed6", v6_points.listed),
	TEXT("clean6", v6_points.clean),
	TEXT("listed_domain", domain_points.listed),
	TEXT("clean_domain", domain_points.clean),
};

/* One key of a zone; answers, errors and bits may come several times. */
static const char *take_named(struct blocklist *z, struct span name, struct span value)
{
	static const struct {
		const char *name;
		enum code_kind kind;
	} codes[] = { { "answer", CODE_LISTED },
		      { "policy", CODE_POLICY },
		      { "good", CODE_GOOD },
		      { "error", CODE_ERROR } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (span_eq(name, span_str(texts[i].name))) {
			*(struct span *)(void *)((char *)z + texts[i].offset) = value;
			return NULL;
		}
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (span_eq(name, span_str(codes[i].name)))
			return take_code(z, codes[i].kind, value);
	if (span_eq(name, SPAN("bit")))
		return take_bit(z, value);
	if (span_eq(name, SPAN("kind")))
		return take_kind(z, value);
	if (span_eq(name, SPAN("ipv6")))
		return take_switch(&z->v6, value);
	if (span_eq(name, SPAN("off")))
		return take_switch(&z->off, value);
	return "unknown key, in value";
}

/* "{spamhaus}.zen.dq.spamhaus.net": shown without its first label. */
static bool name_zone(struct blocklist *z, struct span section)
{
	ptrdiff_t close = span_find(section, 0, '}');

	z->zone = z->shown = section;
	if (section.n && section.p[0] == '{' && close > 1 && (size_t)close + 2 < section.n &&
	    section.p[close + 1] == '.') {
		z->key = span_of(section.p + 1, (size_t)close - 1);
		z->shown = span_from(section, (size_t)close + 2);
	}
	return section.n && span_find(z->shown, 0, '{') < 0 && span_find(z->shown, 0, '.') > 0;
}

static struct blocklist *zone_new(struct blocklists *b, struct span section)
{
	struct blocklist *z = NULL;

	for (size_t i = 0; i < b->n && !z; i++)
		if (span_eq(b->list[i].zone, section))
			z = &b->list[i];
	if (!z) {
		b->list = arena_more(b->arena, b->list, b->n, &b->room, 32, sizeof(*b->list));
		z = &b->list[b->n++];
	}
	*z = (struct blocklist){
		.v4 = true,
		.v4_points = { SPAN("127.0.0.2"), SPAN("127.0.0.1") },
		.v6_points = { SPAN("::ffff:7f00:2"), SPAN("::ffff:7f00:1") },
		.domain_points = { SPAN("test"), SPAN("invalid") },
	};
	return z;
}

struct taking {
	struct blocklists *b;
	struct span section;
	struct blocklist *zone;
};

static void take(void *owner, struct ini *at, const char *section, const char *name, const char *value)
{
	struct taking *t = owner;
	struct arena *a = t->b->arena;
	const char *wrong;

	if (!t->zone || !span_eq(t->section, span_str(section))) {
		t->section = arena_span(a, span_str(section));
		if (t->b->n == ZONES_MOST) {
			ini_fail(at, "too many lists at", t->section, NULL);
			return;
		}
		t->zone = zone_new(t->b, t->section);
		if (!name_zone(t->zone, t->section)) {
			ini_fail(at, "not a zone's name:", t->section, NULL);
			return;
		}
	}
	wrong = take_named(t->zone, span_str(name), arena_span(a, span_trim(span_str(value))));
	if (wrong)
		ini_fail(at, wrong, span_str(value), NULL);
}

/* A list without a table could only be believed blindly, so it is refused. */
int blocklists_read(struct blocklists *b, struct span text, const char *name, struct err *err)
{
	struct taking t = { .b = b };
	int rc = ini_read(text, name, take, &t, err);

	for (size_t i = 0; rc == 0 && i < b->n; i++) {
		const struct blocklist *z = &b->list[i];

		if (z->ncodes == 0 && !z->bits && !z->off)
			rc = err_set(err, EXIT_CONFIG,
				     "%s: [%.*s] has no answer: without a table nothing counts", name,
				     (int)z->shown.n, z->shown.p);
	}
	return rc;
}

static const struct span *key_value(const struct list_key *keys, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(keys[i].name, name) && keys[i].value.n)
			return &keys[i].value;
	return NULL;
}

static bool named(const struct span *list, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq_nocase(list[i], name))
			return true;
	return false;
}

static bool replaced(const struct blocklist *list, size_t n, const struct blocklist *z)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].replaces.n && span_eq(list[i].replaces, z->shown))
			return true;
	return false;
}

static struct span with_key(struct arena *a, const struct blocklist *z, struct span key)
{
	char *text = arena_alloc(a, key.n + 1 + z->shown.n);

	memcpy(text, key.p, key.n);
	text[key.n] = '.';
	memcpy(text + key.n + 1, z->shown.p, z->shown.n);
	return span_of(text, key.n + 1 + z->shown.n);
}

size_t blocklists_choose(const struct blocklists *b, const struct list_key *keys, size_t nkeys,
			 const struct span *only, size_t nonly, struct blocklist **ret_list)
{
	struct blocklist *list = arena_alloc(b->arena, (b->n + 1) * sizeof(*list));
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct span *key = key_value(keys, nkeys, b->list[i].key);

		if (b->list[i].off || (b->list[i].key.n && !key) ||
		    (nonly && !named(only, nonly, b->list[i].shown)))
			continue;
		list[n] = b->list[i];
		if (key)
			list[n].zone = with_key(b->arena, &b->list[i], *key);
		n++;
	}
	/* who is replaced goes, in a second pass: the one with the key may stand above or below */
	for (size_t i = 0; i < n; i++)
		if (!replaced(list, n, &list[i]))
			list[kept++] = list[i];
	*ret_list = list;
	return kept;
}
