/*
 * accounts - passwd and the panels' domain tables, indexed for the hot path.
 *
 * Promises: lookups read the tables and allocate nothing; the first of two contradicting lines counts,
 * as with getpwnam, and the other is told as bad. A home that could belong to several accounts, or
 * to none, belongs to nobody: paths are matched by whole components, the longest home wins.
 * Formats: passwd(5); cPanel "domain: user" (userdomains, with "*: nobody"); DirectAdmin the same.
 *
 * TRUST: root writes these files, but a mounted image may hold any bytes: lines are bounded, names checked,
 * and nothing here follows a name anywhere. Paths and domains asked for are foreign text.
 */
#include "host/accounts.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/lower.h"
#include "base/table.h"
#include "host/homes.h"

#include <stdlib.h>

#define NAME_MAX_BYTES 128
#define DOMAIN_MAX_BYTES 253 /* RFC 1035, section 2.3.4 */
#define LINE_MAX_BYTES 4096
#define UID_FIRST 500 /* people's accounts start here on the oldest systems still met */
#define UID_NOBODY 65534

#define MAYBE_BITS 65536

struct domain {
	uint32_t off; /* into accounts.text; lower case */
	uint32_t account;
	uint32_t len;
};

struct home {
	struct span path;
	uint32_t account; /* ACCOUNT_NONE: two accounts claim it */
};

struct accounts {
	struct arena *arena;
	uint64_t seed;
	struct account *list;
	uint32_t count, cap;
	struct domain *domains;
	uint32_t ndomains, domains_cap;
	char *text;
	uint32_t text_used, text_cap;
	struct home *homes;
	uint32_t nhomes;
	size_t home_longest; /* bytes of the longest of them */
	struct table names, uids, by_domain, by_home;
	uint64_t maybe[MAYBE_BITS / 64]; /* a bit per domain's hash: most that are asked for are strangers' */
};

/* ---- the four tables ---- */

static uint64_t name_hash(const void *owner, uint32_t i)
{
	const struct accounts *a = owner;

	return hash_span(a->list[i].name, a->seed);
}

static bool name_same(const void *owner, uint32_t i, const void *key)
{
	const struct accounts *a = owner;

	return span_eq(a->list[i].name, *(const struct span *)key);
}

/* Two uids have two hashes (odd factor, folded), so that who they are tells without a look at the account. */
static uint64_t uid_hash(const struct accounts *a, uint32_t uid)
{
	uint32_t h = (uid ^ (uint32_t)a->seed) * UINT32_C(0x9e3779b1);

	return h ^ h >> 16;
}

static bool uid_same(const void *owner, uint32_t i, const void *key)
{
	return true;
}

static struct span domain_text(const struct accounts *a, uint32_t i)
{
	return span_of(a->text + a->domains[i].off, a->domains[i].len);
}

static bool domain_same(const void *owner, uint32_t i, const void *key)
{
	return span_eq(domain_text(owner, i), *(const struct span *)key);
}

static uint64_t home_hash(const void *owner, uint32_t i)
{
	const struct accounts *a = owner;

	return hash_span(a->homes[i].path, a->seed);
}

static bool home_same(const void *owner, uint32_t i, const void *key)
{
	const struct accounts *a = owner;

	return span_eq(a->homes[i].path, *(const struct span *)key);
}

/* The address of the tables is the seed: it differs from run to run and shows nowhere. */
struct accounts *accounts_new(void)
{
	struct accounts *a = xcalloc(1, sizeof(*a));

	a->arena = arena_new();
	a->seed = hash_mix((uint64_t)(uintptr_t)a->arena);
	table_init(&a->names, 8);
	table_init(&a->uids, 8);
	table_init(&a->by_domain, 8);
	table_init(&a->by_home, 8);
	return a;
}

void accounts_free(struct accounts *a)
{
	if (!a)
		return;
	arena_free(a->arena);
	free(a->list);
	free(a->domains);
	free(a->text);
	free(a->homes);
	table_free(&a->names);
	table_free(&a->uids);
	table_free(&a->by_domain);
	table_free(&a->by_home);
	free(a);
}

/* ---- names ---- */

static bool in_list(struct span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(s, span_str(list[i])))
			return true;
	return false;
}

static bool is_shared(struct span name)
{
	static const char *const users[] = {
		"www-data", "apache",  "apache2", "nobody", "nginx", "httpd",	 "http",
		"web",	    "webapps", "daemon",  "wwwrun", "www",   "lighttpd", "caddy",
	};

	return in_list(name, users, sizeof(users) / sizeof(*users));
}

static bool is_mta(struct span name)
{
	static const char *const users[] = {
		"Debian-exim", "exim", "_exim", "mailnull", "mail", "postfix", "postdrop", "smmsp",
	};

	return in_list(name, users, sizeof(users) / sizeof(*users));
}

/* Printable, no blanks and none of the separators of the tables. */
static bool is_name(struct span s, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f || s.p[i] == ':' || s.p[i] == '/')
			return false;
	return s.n > 0 && s.n <= max;
}

/* Moves S in lower case, without a trailing dot, to ROOM of DOMAIN_MAX_BYTES + 1; false where it is no domain. */
static bool domain_key(struct span s, char *room, struct span *ret_key)
{
	if (span_ends(s, SPAN(".")))
		s.n--;
	if (!is_name(s, DOMAIN_MAX_BYTES))
		return false;
	*ret_key = span_lower(s, room);
	return true;
}

/* Grows an array of SIZE byte elements so that one more fits. */
static void *room_for(void *p, uint32_t used, uint32_t *cap, size_t size)
{
	if (used < *cap)
		return p;
	*cap = *cap ? *cap * 2 : 64;
	return xrealloc(p, *cap * size);
}

static uint32_t account_put(struct accounts *a, struct span name)
{
	uint32_t i = accounts_by_name(a, name);

	if (i != ACCOUNT_NONE)
		return i;
	a->list = room_for(a->list, a->count, &a->cap, sizeof(*a->list));
	i = a->count++;
	a->list[i] = (struct account){
		.name = arena_span(a->arena, name),
		.uid = UINT32_MAX,
		.gid = UINT32_MAX,
		.shared = is_shared(name),
		.mta = is_mta(name),
	};
	table_put(&a->names, name_hash(a, i), i);
	return i;
}

/* ---- paths ---- */

/* People's accounts own paths; web server, MTA and system users do not. */
static bool may_own(const struct account *who)
{
	return !who->shared && !who->mta &&
	       (who->uid == UINT32_MAX || (who->uid >= UID_FIRST && who->uid != UID_NOBODY));
}

void accounts_ready(struct accounts *a)
{
	char room[HOMES_PATH_MAX];

	free(a->homes);
	table_free(&a->by_home);
	table_init(&a->by_home, 8);
	a->homes = xcalloc(a->count ? a->count : 1, sizeof(*a->homes));
	a->nhomes = 0;
	a->home_longest = 0;
	for (uint32_t i = 0; i < a->count; i++) {
		struct account *who = &a->list[i];
		struct span path = homes_clean(who->home, room);

		if (!may_own(who) || homes_is_common(path)) {
			who->home = SPAN_NONE;
			continue;
		}

		uint32_t other = table_find(&a->by_home, hash_span(path, a->seed), home_same, a, &path);

		if (other != TABLE_NONE) {
			uint32_t *owner = &a->homes[other].account;

			if (*owner != ACCOUNT_NONE && a->list[*owner].uid != who->uid)
				*owner = ACCOUNT_NONE;
			continue;
		}
		if (path.n > a->home_longest)
			a->home_longest = path.n;
		a->homes[a->nhomes] = (struct home){ .path = arena_span(a->arena, path), .account = i };
		table_put(&a->by_home, home_hash(a, a->nhomes), a->nhomes);
		a->nhomes++;
	}
}

/* ---- reading the tables ---- */

static bool next_line(struct span *bytes, struct span *ret_line)
{
	ptrdiff_t end;

	if (bytes->n == 0)
		return false;
	end = span_find(*bytes, 0, '\n');
	*ret_line = end < 0 ? *bytes : span_head(*bytes, (size_t)end);
	*bytes = span_from(*bytes, ret_line->n + 1);
	return true;
}

static struct span next_part(struct span *s)
{
	ptrdiff_t colon = span_find(*s, 0, ':');
	struct span part = colon < 0 ? *s : span_head(*s, (size_t)colon);

	*s = colon < 0 ? SPAN_NONE : span_from(*s, (size_t)colon + 1);
	return part;
}

/* name:password:uid:gid:gecos:home:shell */
static bool passwd_line(struct accounts *a, struct span line)
{
	struct span part[6];
	uint64_t uid;
	uint64_t gid;
	uint32_t i;

	for (int k = 0; k < 6; k++)
		part[k] = next_part(&line);
	if (!is_name(part[0], NAME_MAX_BYTES) || !span_u64(part[2], &uid) || uid >= UINT32_MAX ||
	    part[5].n > HOMES_PATH_MAX || span_find(part[5], 0, 0) >= 0)
		return false;
	i = account_put(a, part[0]);
	if (a->list[i].uid != UINT32_MAX)
		return false;
	a->list[i].uid = (uint32_t)uid;
	if (span_u64(part[3], &gid) && gid < UINT32_MAX)
		a->list[i].gid = (uint32_t)gid;
	a->list[i].home = arena_span(a->arena, part[5]);
	if (accounts_by_uid(a, (uint32_t)uid) == ACCOUNT_NONE)
		table_put(&a->uids, uid_hash(a, (uint32_t)uid), i);
	return true;
}

static void domain_put(struct accounts *a, struct span key, uint32_t account)
{
	uint64_t hash = hash_span(key, a->seed);
	uint32_t i = a->ndomains;

	a->domains = room_for(a->domains, i, &a->domains_cap, sizeof(*a->domains));
	while (a->text_cap - a->text_used < key.n) {
		a->text_cap = a->text_cap ? a->text_cap * 2 : 4096;
		a->text = xrealloc(a->text, a->text_cap);
	}
	a->domains[i] = (struct domain){ .off = a->text_used, .len = (uint32_t)key.n, .account = account };
	memcpy(a->text + a->text_used, key.p, key.n);
	a->text_used += (uint32_t)key.n;
	a->ndomains++;
	table_put(&a->by_domain, hash, i);
	a->maybe[hash % MAYBE_BITS / 64] |= UINT64_C(1) << hash % 64;
}

/* domain: user; "*: nobody" stands for all the others. */
static bool domain_line(struct accounts *a, struct span line)
{
	char room[DOMAIN_MAX_BYTES + 1];
	struct span domain = span_trim(next_part(&line)), user = span_trim(line), key;
	uint32_t known, owner;

	if (span_eq(domain, SPAN("*")))
		return true;
	if (!domain_key(domain, room, &key) || !is_name(user, NAME_MAX_BYTES) || a->text_used > INT32_MAX)
		return false;
	owner = account_put(a, user);
	known = accounts_by_domain(a, key, false);
	if (known == ACCOUNT_NONE)
		domain_put(a, key, owner);
	return known == ACCOUNT_NONE || known == owner;
}

static uint64_t each_line(struct accounts *a, struct span bytes, bool (*read)(struct accounts *, struct span))
{
	struct span line;
	uint64_t bad = 0;

	while (next_line(&bytes, &line)) {
		line = span_trim(line);
		/* "+" and "-" open passwd's references to NIS. */
		if (line.n == 0 || line.p[0] == '#' || line.p[0] == '+' || line.p[0] == '-')
			continue;
		bad += line.n > LINE_MAX_BYTES || !read(a, line);
	}
	return bad;
}

uint64_t accounts_add_passwd(struct accounts *a, struct span bytes)
{
	return each_line(a, bytes, passwd_line);
}

uint64_t accounts_add_domains(struct accounts *a, struct span bytes)
{
	return each_line(a, bytes, domain_line);
}

/* ---- lookups ---- */

size_t accounts_count(const struct accounts *a)
{
	return a->count;
}

const struct account *accounts_get(const struct accounts *a, uint32_t index)
{
	if (index >= a->count)
		bug("an account that is not there");
	return &a->list[index];
}

uint32_t accounts_by_name(const struct accounts *a, struct span name)
{
	return table_find(&a->names, hash_span(name, a->seed), name_same, a, &name);
}

uint32_t accounts_by_uid(const struct accounts *a, uint32_t uid)
{
	return uid == UINT32_MAX ? ACCOUNT_NONE : table_find(&a->uids, uid_hash(a, uid), uid_same, a, &uid);
}

void accounts_uid_prefetch(const struct accounts *a, uint32_t uid)
{
	__builtin_prefetch(table_home(&a->uids, uid_hash(a, uid)));
}

uint32_t accounts_shared_group(const struct accounts *a, uint32_t gid)
{
	for (uint32_t i = 0; i < a->count; i++)
		if (a->list[i].shared && a->list[i].gid == gid)
			return i;
	return ACCOUNT_NONE;
}

/* Eight bytes at once: ASCII letters in lower case. */
static uint64_t lower_eight(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t low = x & 0x7f * ones;
	uint64_t upper = (low + (0x80 - 'A') * ones) & ~(low + (0x7f - 'Z') * ones) & ~x & 0x80 * ones;

	return x | upper >> 2;
}

/* N bytes of P, at least eight, to ROOM. */
static void lower_text(char *room, const char *p, size_t n)
{
	for (size_t at = 0; at < n; at += 8) {
		size_t from = at + 8 <= n ? at : n - 8;
		uint64_t x;

		memcpy(&x, p + from, sizeof(x));
		x = lower_eight(x);
		memcpy(room + from, &x, sizeof(x));
	}
}

bool accounts_domain_maybe(const struct accounts *a, struct span s)
{
	char room[64];
	const char *at = room, *end, *dot;

	if (span_ends(s, SPAN(".")))
		s.n--;
	if (s.n < 8 || s.n > sizeof(room))
		return true;
	lower_text(room, s.p, s.n);
	end = room + s.n;
	dot = memchr(at, '.', s.n);
	for (;;) {
		uint64_t hash = hash_bytes(at, (size_t)(end - at), a->seed);

		if (a->maybe[hash % MAYBE_BITS / 64] >> hash % 64 & 1)
			return true;
		if (!dot)
			return false;
		at = dot + 1;
		dot = memchr(at, '.', (size_t)(end - at));
		if (!dot)
			return false;
	}
}

uint32_t accounts_by_domain(const struct accounts *a, struct span domain, bool parents)
{
	char room[DOMAIN_MAX_BYTES + 1];
	struct span key;

	if (!domain_key(domain, room, &key))
		return ACCOUNT_NONE;
	for (;;) {
		uint32_t i = table_find(&a->by_domain, hash_span(key, a->seed), domain_same, a, &key);
		ptrdiff_t dot = span_find(key, 0, '.');

		if (i != TABLE_NONE)
			return a->domains[i].account;
		/* A parent without a dot would be a top-level domain: nobody's. */
		if (!parents || dot < 0 || span_find(key, (size_t)dot + 1, '.') < 0)
			return ACCOUNT_NONE;
		key = span_from(key, (size_t)dot + 1);
	}
}

uint32_t accounts_by_path(const struct accounts *a, struct span path)
{
	char room[HOMES_PATH_MAX];
	struct span clean = homes_clean(path, room), part = clean;
	uint32_t i;

	for (; part.n; part = span_head(part, (size_t)span_rfind(part, '/'))) {
		if (part.n > a->home_longest)
			continue;
		i = table_find(&a->by_home, hash_span(part, a->seed), home_same, a, &part);
		if (i != TABLE_NONE)
			return a->homes[i].account;
	}
	i = clean.n ? homes_by_convention(a, clean) : ACCOUNT_NONE;
	return i != ACCOUNT_NONE && may_own(&a->list[i]) ? i : ACCOUNT_NONE;
}
