/*
 * who - see who.h. A small memory of rows found lately saves look-ups; an entry counts only when the row's
 * own text is the one asked for, so a hash that somebody aims at costs time and nothing else.
 */
#include "trace/who.h"

#include "base/hash.h"
#include "logs/bytes.h"
#include "trace/internal.h"

#include <stddef.h>

/* --- accounts ---------------------------------------------------------------------------- */

struct span who_domain(struct span address)
{
	ptrdiff_t at = span_rfind(address, '@');

	return at < 0 ? SPAN_NONE : span_from(address, (size_t)at + 1);
}

static uint32_t account_name(struct trace *t, uint32_t account)
{
	struct known_account *k = account < t->naccounts ? &t->account[account] : NULL;

	if (!k)
		return 0;
	if (!k->name)
		k->name = names_put(&t->names, accounts_get(t->o.accounts, account)->name);
	return k->name;
}

uint32_t who_account_of_domain(struct trace *t, struct span domain)
{
	uint64_t hash;
	struct known_text *k;

	if (!accounts_domain_maybe(t->o.accounts, domain))
		return ACCOUNT_NONE;
	hash = hash_span(domain, t->names.seed) | 1;
	k = &t->domain[hash / 2 % KNOWN_DOMAINS];
	if (k->hash != hash)
		*k = (struct known_text){ hash, accounts_by_domain(t->o.accounts, domain, true) };
	return k->account;
}

uint32_t who_account_of_user(struct trace *t, struct span user)
{
	uint64_t hash = hash_span(user, t->names.seed) | 1;
	struct known_text *k = &t->user[hash / 2 % KNOWN_USERS];

	if (k->hash != hash)
		*k = (struct known_text){ hash, accounts_by_name(t->o.accounts, user) };
	return k->account;
}

uint32_t who_account_of_address(struct trace *t, struct span address)
{
	struct span domain = who_domain(address);

	return domain.n ? who_account_of_domain(t, domain) : ACCOUNT_NONE;
}

/* auth: the login's domain in the domain tables, else the login in passwd. What has several @ is no address:
 * which of its domains the auth service went by is unknown. */
static uint32_t account_of_login(struct trace *t, struct span login)
{
	bool several = span_find(login, 0, '@') != span_rfind(login, '@');
	uint32_t account = several ? ACCOUNT_NONE : who_account_of_address(t, login);

	return account != ACCOUNT_NONE ? account : accounts_by_name(t->o.accounts, login);
}

/* An @domain of the configuration. Not for folders: their owner chooses how they end. */
static bool is_of_domain(const struct arrival *who, struct span id, struct span domain)
{
	return (who->kind == KIND_AUTH || who->kind == KIND_FORWARD) && domain.n > 1 && domain.p[0] == '@' &&
	       id.n > domain.n && span_eq_nocase(span_from(id, id.n - domain.n), domain);
}

bool who_is_trusted(struct trace *t, const struct arrival *who)
{
	struct span id = names_get(&t->names, who->id);
	uint8_t ip[16];

	for (size_t i = 0; i < t->o.ntrusted; i++) {
		struct span what = t->o.trusted[i];

		if (span_eq_nocase(what, id) || is_of_domain(who, id, what))
			return true;
		if (what.n && what.p[0] == '/' && span_starts(id, what) &&
		    (id.n == what.n || id.p[what.n] == '/'))
			return true;
	}
	return who->kind == KIND_RELAY && net_parse(who->client, ip) && networks_hold(&t->trusted_nets, ip);
}

/* --- rows --------------------------------------------------------------------------------- */

uint32_t who_row(struct trace *t, const struct arrival *who)
{
	uint32_t index =
		who->sender ? who->sender : sender_find(&t->senders, who->kind, who->id, who->account);
	struct sender *row = sender_at(&t->senders, index);

	if (who->sender)
		return index;
	row->account_index = who->account_index;
	if (who->kind == KIND_SCRIPT && !row->arrivals)
		row->place_traits = script_traits(names_get(&t->names, who->id));
	if (t->senders.live > 2 * ROWS_MOST)
		senders_shrink(&t->senders, ROWS_MOST);
	return index;
}

/* The set of rows that HASH may be among: one cache line. */
static const struct known_senders *known_set(const struct trace *t, uint64_t hash)
{
	return &t->known[hash % KNOWN_SETS];
}

/* Where TAG is in the set, or KNOWN_WAYS. */
static unsigned way_of(const struct known_senders *k, uint32_t tag)
{
#ifdef __SSE2__
	const __m128i *tags = (const __m128i *)(const void *)k->tag;
	__m128i want = _mm_set1_epi32((int)tag);
	__m128i low = _mm_cmpeq_epi32(_mm_load_si128(tags), want);
	__m128i high = _mm_cmpeq_epi32(_mm_load_si128(tags + 1), want);
	unsigned hit = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(low, high), low));

	return hit & 0xff ? (unsigned)__builtin_ctz(hit) : KNOWN_WAYS;
#else
	unsigned at = 0;

	while (at < KNOWN_WAYS && k->tag[at] != tag)
		at++;
	return at;
#endif
}

uint32_t who_remembered(const struct trace *t, uint64_t key)
{
	const struct known_senders *k = known_set(t, key);
	unsigned at = way_of(k, (uint32_t)(key >> 32));

	return at < KNOWN_WAYS ? k->sender[at] : 0;
}

/* Is TEXT the row's id? Short ones are compared with the copy in the row, which is in cache where it was fetched. */
static bool is_id(const struct sender *row, struct span text)
{
	const char *p = text.p, *q = row->id_head;
	size_t n = text.n;

	if (n != row->id_text.n)
		return false;
	if (n < 8 || n > SENDER_HEAD)
		q = row->id_text.p;
	return n < 8 ? memcmp(p, q, n) == 0 || span_eq_nocase(text, row->id_text)
		     : bytes_same(p, q, n) || span_eq_nocase(text, row->id_text);
}

/* The row remembered under HASH, where its kind and text are the ones asked for; else NULL. */
static const struct sender *known_row(struct trace *t, uint64_t hash, struct span id, struct arrival *who)
{
	const struct sender *row;

	who->sender = who_remembered(t, hash);
	if (!who->sender)
		return NULL;
	row = sender_at(&t->senders, who->sender);
	/* all of it at once: no look ahead names the row of a relay or a forward */
	row_prefetch(row);
	return row->kind != KIND_OTHER && is_id(row, id) ? row : NULL;
}

/* Finds the row of WHO the long way and remembers it; the oldest of a full set goes. */
static void known_put(struct trace *t, uint64_t hash, struct arrival *who)
{
	struct known_senders *k = &t->known[hash % KNOWN_SETS];
	uint32_t tag = (uint32_t)(hash >> 32);
	unsigned at = 0;

	who->sender = 0;
	who->sender = who_row(t, who);
	while (at < KNOWN_WAYS - 1 && k->sender[at] && k->tag[at] != tag)
		at++;
	memmove(k->tag + 1, k->tag, at * sizeof(*k->tag));
	memmove(k->sender + 1, k->sender, at * sizeof(*k->sender));
	k->tag[0] = tag;
	k->sender[0] = who->sender;
}

/* What a local user's messages are remembered under; PLACE: the folder they came from, or nothing. */
static uint64_t local_key(struct span user, struct span place)
{
	return hash_span(place, hash_span(user, KIND_LOCAL));
}

uint64_t who_forward_key(struct span address)
{
	return hash_span(address, KIND_FORWARD);
}

uint64_t who_relay_key(const uint8_t ip[16], uint32_t account)
{
	return hash_bytes(ip, 16, account);
}

void who_prefetch(const struct trace *t, uint64_t key)
{
	__builtin_prefetch(known_set(t, key));
}

uint64_t who_soon(struct trace *t, const struct event *ev, const char *base)
{
	struct soon_place *place = &t->soon;

	if (ev->kind == EV_COMMAND) {
		*place = (struct soon_place){ .text = event_get(ev, base, F_CWD), .base = base };
		return 0;
	}
	if (ev->flags & EVF_AUTH)
		return hash_span(event_get(ev, base, F_USER), KIND_AUTH);
	if (!(ev->flags & EVF_LOCAL) || place->base != base)
		return 0;
	place->base = NULL;
	return local_key(event_get(ev, base, F_UNIX_USER), place->text);
}

uint32_t who_user_soon(const struct trace *t, uint32_t account)
{
	return account < t->naccounts ? t->account[account].sender : 0;
}

static void who_from_row(const struct sender *row, struct arrival *who)
{
	who->kind = row->kind;
	who->id = row->id;
	who->account = row->account;
	who->account_index = row->account_index;
}

struct arrival who_auth(struct trace *t, const struct step *s, struct span login)
{
	struct arrival who = {
		.kind = KIND_AUTH,
		.grade = !t->o.logins_told && writer_vouches(t, s) ? 'A' : 'B',
		.client = step_get(s, F_CLIENT_IP),
		.claim = "a password for this login was accepted",
	};
	uint64_t hash = soon_key(t, s, login);
	const struct sender *row = known_row(t, hash, login, &who);

	if (row && row->kind == KIND_AUTH) {
		who_from_row(row, &who);
		return who;
	}
	who.account_index = account_of_login(t, login);
	who.id = names_put_lower(&t->names, login);
	who.account = account_name(t, who.account_index);
	known_put(t, hash, &who);
	return who;
}

/* What a row of either kind says of an arrival from PLACE (FILE: the script, where it is known). */
static void local_facts(struct arrival *who, struct span place, struct span file, char grade)
{
	who->grade = grade;
	who->claim = "handed over on this server by this unix user";
	if (who->kind != KIND_SCRIPT)
		return;
	who->place = file.n ? file : place;
	who->place_grade = who->grade = 'B';
	who->claim = "handed over on this server from this folder";
}

/* Would the row's kind and account come out again for this user and folder? */
static bool is_his(const struct sender *row, uint32_t user_index, bool shared, struct span place)
{
	if (row->kind == KIND_LOCAL)
		return place.n == 0;
	return row->kind == KIND_SCRIPT && (shared || row->account_index == user_index);
}

/*
 * Who mails once from each of a thousand folders would never stand out: past FOLDERS_MOST an account's further
 * folders count as the first one below its home (or the home) that holds them.
 */
static struct span fold_folder(struct trace *t, uint32_t account, struct span folder)
{
	struct span home = account == ACCOUNT_NONE ? SPAN_NONE : accounts_get(t->o.accounts, account)->home;
	ptrdiff_t slash;

	if (account == ACCOUNT_NONE || account >= t->naccounts)
		return folder;
	if (t->account[account].folders < FOLDERS_MOST || !home.n || !span_starts(folder, home))
		return folder;
	slash = span_find(folder, home.n + 1, '/');
	return slash < 0 ? folder : span_head(folder, (size_t)slash);
}

/* Is PLACE just where OWNER's programs start, as cron's do? Then his mail is his, whatever the folder. */
static bool is_home(const struct account *owner, struct span place)
{
	return owner && !owner->shared && place.n && place.p[place.n - 1] != '/' &&
	       span_eq(place, owner->home);
}

struct arrival who_local(struct trace *t, struct span user, uint32_t user_index, struct span place,
			 struct span file, char grade)
{
	const struct account *owner =
		user_index == ACCOUNT_NONE ? NULL : accounts_get(t->o.accounts, user_index);
	bool shared = owner && owner->shared;
	bool his = !place.n || is_home(owner, place);
	struct arrival who = { .sender = his ? who_user_soon(t, user_index) : 0 };
	const struct sender *row = sender_at(&t->senders, who.sender);
	uint64_t hash;
	uint32_t before;

	if (who.sender && row->kind == KIND_LOCAL) {
		who_from_row(row, &who);
		local_facts(&who, place, file, grade);
		return who;
	}
	user = owner ? owner->name : user;
	hash = local_key(user, place);
	row = known_row(t, hash, place.n ? place : user, &who);
	if (row && is_his(row, user_index, shared, place)) {
		who_from_row(row, &who);
		local_facts(&who, place, file, grade);
		return who;
	}
	who.kind = place.n && script_is_place(place, owner && !shared ? owner->home : SPAN_NONE) ? KIND_SCRIPT
												 : KIND_LOCAL;
	who.account_index = !shared		      ? user_index
			    : who.kind == KIND_SCRIPT ? accounts_by_path(t->o.accounts, place)
						      : ACCOUNT_NONE;
	who.id = names_put(&t->names,
			   who.kind == KIND_SCRIPT ? fold_folder(t, who.account_index, place) : user);
	who.account = account_name(t, who.account_index);
	local_facts(&who, place, file, grade);
	before = t->senders.live;
	known_put(t, hash, &who);
	if (his && user_index < t->naccounts)
		t->account[user_index].sender = who.sender;
	if (who.kind == KIND_SCRIPT && who.account_index < t->naccounts)
		t->account[who.account_index].folders +=
			t->senders.live > before && t->account[who.account_index].folders < FOLDERS_MOST;
	return who;
}

struct arrival who_forward(struct trace *t, struct span address)
{
	uint64_t hash = who_forward_key(address);
	struct arrival who = {
		.kind = KIND_FORWARD,
		.grade = 'B',
		.claim = "mail from outside that this address sends on",
	};
	const struct sender *row = known_row(t, hash, address, &who);

	if (row && row->kind == KIND_FORWARD) {
		who_from_row(row, &who);
		return who;
	}
	who.account_index = account_of_login(t, address);
	who.id = names_put_lower(&t->names, address);
	who.account = account_name(t, who.account_index);
	known_put(t, hash, &who);
	return who;
}

struct arrival who_relay(struct trace *t, const uint8_t ip[16], uint32_t account, bool identified)
{
	uint64_t hash = who_relay_key(ip, account);
	char text[46];
	struct span shown = net_show(ip, text);
	struct arrival who = {
		.kind = KIND_RELAY,
		.account_index = account,
		/* the account is only what the envelope sender says: enough to count, never to accuse */
		.grade = account == ACCOUNT_NONE || identified ? 'B' : 'C',
		.claim = "this address was trusted without a password",
	};
	const struct sender *row = known_row(t, hash, shown, &who);

	if (row && row->kind == KIND_RELAY && row->account_index == account) {
		who_from_row(row, &who);
	} else {
		who.id = names_put(&t->names, shown);
		who.account = account_name(t, account);
		known_put(t, hash, &who);
	}
	who.client = names_get(&t->names, who.id);
	return who;
}

struct arrival who_single(struct trace *t, enum sender_kind kind)
{
	struct arrival who = {
		.kind = kind,
		.account_index = ACCOUNT_NONE,
		.grade = 'B',
		.claim = "",
		.sender = t->single[kind],
	};

	/* merged away it is the row of kind other */
	if (!who.sender || sender_at(&t->senders, who.sender)->kind != kind) {
		who.sender = 0;
		who.id = names_put(&t->names, span_str(sender_kind_name(kind)));
		t->single[kind] = who.sender = who_row(t, &who);
	}
	return who;
}
