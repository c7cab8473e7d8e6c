/*
 * config_value - see config_value.h.
 * TRUST: the operator's text; every list is bounded.
 */
#include "app/config_value.h"

#include "base/arena_more.h"

#include <arpa/inet.h>

#define LIST_MAX 10000 /* limit config: words of one value */

static const char *check_path(struct span s)
{
	return s.p[0] == '/' ? NULL : "not an absolute path:";
}

static const char *check_network(struct span s)
{
	static const char wrong[] = "not an address or network:";
	ptrdiff_t slash = span_find(s, 0, '/');
	struct span host = slash < 0 ? s : span_head(s, (size_t)slash);
	unsigned char address[16];
	char text[INET6_ADDRSTRLEN + 1] = "";
	uint64_t bits = 0, most;

	if (host.n >= sizeof(text))
		return wrong;
	memcpy(text, host.p, host.n);
	if (inet_pton(AF_INET, text, address) == 1)
		most = 32;
	else if (inet_pton(AF_INET6, text, address) == 1)
		most = 128;
	else
		return wrong;
	if (slash >= 0 && (!span_u64(span_from(s, (size_t)slash + 1), &bits) || bits > most))
		return wrong;
	return NULL;
}

static const char *check_word(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ')
			return "a blank inside a name (names are separated by commas):";
	return NULL;
}

static const char *check_item(enum setting_type type, struct span s)
{
	switch (type) {
	case SETTING_PATHS:
		return check_path(s);
	case SETTING_NETWORKS:
		return check_network(s);
	default:
		return check_word(s);
	}
}

static void append(struct config *c, struct config_list *l, struct span item, const struct origin *origin)
{
	l->item = arena_more(c->arena, l->item, l->n, &l->cap, 8, sizeof(*l->item));
	l->item[l->n++] = (struct config_text){ arena_str(c->arena, item), *origin };
}

static const char *take_list(const struct setting *s, struct config *c, struct span value,
			     const struct origin *origin)
{
	struct config_list *l = (struct config_list *)((char *)c + s->offset);

	if (value.n == 0)
		l->n = 0;
	while (value.n) {
		ptrdiff_t comma = span_find(value, 0, ',');
		struct span item = span_trim(comma < 0 ? value : span_head(value, (size_t)comma));
		const char *wrong = item.n ? check_item(s->type, item) : NULL;

		if (wrong)
			return wrong;
		if (l->n == LIST_MAX)
			return "the list is too long at";
		if (item.n)
			append(c, l, item, origin);
		value = comma < 0 ? SPAN_NONE : span_from(value, (size_t)comma + 1);
	}
	return NULL;
}

static unsigned shift_of(char unit)
{
	switch (unit) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	default:
		return 0;
	}
}

static const char *take_number(const struct setting *s, struct config *c, struct span value,
			       const struct origin *origin)
{
	struct config_number *n = (struct config_number *)((char *)c + s->offset);
	unsigned shift = s->type == SETTING_SIZE && value.n ? shift_of(value.p[value.n - 1]) : 0;
	uint64_t v;

	if (!span_u64(shift ? span_head(value, value.n - 1) : value, &v))
		return s->type == SETTING_SIZE ? "not a size like 512M:" : "not a number:";
	if (v > UINT64_MAX >> shift || v << shift < s->least || v << shift > s->most)
		return "out of range:";
	*n = (struct config_number){ v << shift, *origin };
	return NULL;
}

static const char *take_path(const struct setting *s, struct config *c, struct span value,
			     const struct origin *origin)
{
	struct config_text *t = (struct config_text *)((char *)c + s->offset);
	const char *wrong = value.n ? check_path(value) : "an empty path";

	if (!wrong)
		*t = (struct config_text){ arena_str(c->arena, value), *origin };
	return wrong;
}

static bool is_word(struct span s, enum setting_type type)
{
	bool secret = type == SETTING_SECRET;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool plain = (type == SETTING_LINE && (c == ' ' || (unsigned char)c > '~')) ||
			     (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (!plain && (secret || c <= ' ' || c > '~'))
			return false;
	}
	return s.n <= (secret ? 63 : type == SETTING_HIDDEN ? 1000 : 200);
}

static const char *take_word(const struct setting *s, struct config *c, struct span value,
			     const struct origin *origin)
{
	struct config_text *t = (struct config_text *)((char *)c + s->offset);
	bool hidden = s->type == SETTING_SECRET || s->type == SETTING_HIDDEN;

	/* the secret itself must not end up on a screen */
	if (!is_word(value, s->type))
		return s->type == SETTING_SECRET ? "a key is letters and digits; this is none, in"
		       : hidden			 ? "one word of printable letters is wanted; this is none, in"
		       : s->type == SETTING_LINE ? "not a line of at most 200 printable letters:"
						 : "not one word:";
	*t = (struct config_text){ arena_str(c->arena, value), *origin };
	c->secrets += hidden && value.n;
	return NULL;
}

const char *setting_take(const struct setting *s, struct config *c, const char *value,
			 const struct origin *origin)
{
	struct span v = span_trim(span_str(value));

	switch (s->type) {
	case SETTING_SIZE:
	case SETTING_NUMBER:
		return take_number(s, c, v, origin);
	case SETTING_PATH:
		return take_path(s, c, v, origin);
	case SETTING_WORD:
	case SETTING_LINE:
	case SETTING_SECRET:
	case SETTING_HIDDEN:
		return take_word(s, c, v, origin);
	default:
		return take_list(s, c, v, origin);
	}
}

static void each_number(const struct setting *s, const struct config_number *n, config_see *see, void *owner)
{
	struct buf b = BUF_MAX(32);
	uint64_t v = n->value;
	const char *unit = "";

	if (s->type == SETTING_SIZE && v && v % (1u << 20) == 0) {
		v >>= 20;
		unit = "M";
	}
	buf_addf(&b, "%llu%s", (unsigned long long)v, unit);
	buf_byte(&b, '\0');
	see(owner, s->section, s->name, b.p, &n->origin);
	buf_free(&b);
}

void setting_each(const struct setting *s, const struct config *c, config_see *see, void *owner)
{
	static const struct origin built_in = { NULL, 0 };
	const void *member = (const char *)c + s->offset;

	if (s->type == SETTING_SIZE || s->type == SETTING_NUMBER) {
		each_number(s, member, see, owner);
	} else if (s->type == SETTING_PATH || s->type == SETTING_WORD || s->type == SETTING_SECRET ||
		   s->type == SETTING_HIDDEN || s->type == SETTING_LINE) {
		const struct config_text *t = member;
		bool hidden = (s->type == SETTING_SECRET || s->type == SETTING_HIDDEN) && *t->value;

		see(owner, s->section, s->name, hidden ? "(set)" : t->value, &t->origin);
	} else {
		const struct config_list *l = member;

		for (size_t i = 0; i < l->n; i++)
			see(owner, s->section, s->name, l->item[i].value, &l->item[i].origin);
		if (l->n == 0)
			see(owner, s->section, s->name, "", &built_in);
	}
}
