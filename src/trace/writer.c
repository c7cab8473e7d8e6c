/* writer - see writer.h. */
#include "trace/writer.h"

#include "base/err.h"
#include "base/hash.h"
#include "trace/internal.h"

#include <stdlib.h>

void writers_free(struct writer_memory *w)
{
	free(w->claim);
	free(w->login);
}

/* --- whose uid it is ------------------------------------------------------------------------ */

enum writer { WRITER_SERVER, WRITER_OTHER, WRITER_UNSURE };

/* login.defs(5) UID_MIN and below systemd's own ranges: people, also where passwd is not at hand. */
static bool is_person(uint64_t uid)
{
	return uid >= 1000 && uid < 60000;
}

/*
 * Uids that passwd does not know may be a container's mail server, or a user's own subordinate uids: they forge
 * nothing that is believed, and confirm nothing.
 */
static enum writer writer_of(const struct trace *t, const struct step *s, uint64_t *ret_uid)
{
	uint32_t index;
	const struct account *owner;
	bool mail = s->ev->dialect == DIALECT_POSTFIX || s->ev->dialect == DIALECT_EXIM;

	if (!span_u64(step_get(s, F_WRITER), ret_uid) || *ret_uid >= UINT32_MAX)
		return WRITER_UNSURE;
	if (*ret_uid == 0)
		return WRITER_SERVER;
	index = accounts_by_uid(t->o.accounts, (uint32_t)*ret_uid);
	owner = index == ACCOUNT_NONE ? NULL : accounts_get(t->o.accounts, index);
	if (owner && owner->mta)
		return mail ? WRITER_SERVER : WRITER_UNSURE;
	if (is_person(*ret_uid) || (owner && (owner->shared || mail)))
		return WRITER_OTHER;
	return WRITER_UNSURE;
}

static bool is_journal(const struct trace *t, const struct step *s)
{
	return s->at->file < t->o.nfiles && t->o.files[s->at->file].journal;
}

bool writer_vouches(const struct trace *t, const struct step *s)
{
	uint64_t uid;

	return s->ev->has >> F_WRITER_EXE & 1 && is_journal(t, s) && writer_of(t, s, &uid) == WRITER_SERVER;
}

/* --- what others wrote ---------------------------------------------------------------------- */

static uint64_t hash_lower(struct span s, uint64_t seed)
{
	char room[320];
	size_t n = s.n < sizeof(room) ? s.n : sizeof(room);

	for (size_t i = 0; i < n; i++)
		room[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
	return hash_bytes(room, n, seed) | 1;
}

static uint64_t claim_hash(const struct trace *t, enum sender_kind kind, struct span id)
{
	return hash_lower(id, t->names.seed + kind);
}

/* The place of HASH, or the free one where it belongs. */
static struct claim_count *claim_at(const struct writer_memory *w, uint64_t hash)
{
	uint64_t at = hash >> 8;

	while (w->claim[at % CLAIMS_MOST].hash && w->claim[at % CLAIMS_MOST].hash != hash)
		at++;
	return &w->claim[at % CLAIMS_MOST];
}

static void count_claim(struct trace *t, enum sender_kind kind, struct span id, uint32_t uid)
{
	struct writer_memory *w = &t->writers;
	uint64_t hash = claim_hash(t, kind, id);
	struct claim_count *c;

	if (!w->claim)
		w->claim = xcalloc(CLAIMS_MOST, sizeof(*w->claim));
	c = claim_at(w, hash);
	if (!c->hash) {
		/* an end to what a flood of names costs; those named later are only not told apart */
		if (w->nclaims == CLAIMS_MOST / 4 * 3)
			return;
		w->nclaims++;
		*c = (struct claim_count){ .hash = hash, .uid = uid };
	}
	c->lines += c->lines < UINT32_MAX;
}

uint32_t writer_claims(const struct trace *t, enum sender_kind kind, struct span id, uint32_t *ret_uid)
{
	const struct claim_count *c =
		t->writers.claim ? claim_at(&t->writers, claim_hash(t, kind, id)) : NULL;

	*ret_uid = c ? c->uid : 0;
	return c ? c->lines : 0;
}

/* Whom an arrival names, as who.c and arrive.c would. */
static enum sender_kind named_by(const struct trace *t, const struct step *s, struct span *ret_id)
{
	uint32_t index;

	*ret_id = SPAN_NONE;
	if (s->ev->flags & EVF_AUTH) {
		*ret_id = step_get(s, F_USER);
		return KIND_AUTH;
	}
	if (!(s->ev->flags & EVF_LOCAL))
		return KIND_UNKNOWN;
	*ret_id = step_get(s, F_UNIX_USER);
	index = ret_id->n ? ACCOUNT_NONE : accounts_by_uid(t->o.accounts, s->ev->uid);
	if (index != ACCOUNT_NONE)
		*ret_id = accounts_get(t->o.accounts, index)->name;
	return KIND_LOCAL;
}

static void count_forged(struct trace *t, const struct step *s, uint32_t uid)
{
	struct writer_memory *w = &t->writers;
	struct span id = SPAN_NONE;
	enum sender_kind kind = KIND_UNKNOWN;
	uint32_t i = 0;

	if (s->ev->kind == EV_SUBMIT || s->ev->kind == EV_ACCEPT)
		kind = named_by(t, s, &id);
	if (id.n)
		count_claim(t, kind, id, uid);
	while (i < w->nforgers && w->forger[i].uid != uid)
		i++;
	if (i == FORGERS_MOST) {
		w->others++;
		return;
	}
	if (i == w->nforgers)
		w->forger[w->nforgers++] = (struct forger){ .uid = uid };
	w->forger[i].lines++;
	if (id.n && !w->forger[i].named)
		w->forger[i].named = names_put_aside(&t->names, span_head(id, 200));
}

/* Lines that count somewhere. That Postfix's own programs speak as their user (postdrop, sendmail -bs) is no lie. */
static bool is_fact(const struct event *ev)
{
	return (ev->kind >= EV_SUBMIT && ev->kind <= EV_COMPLETE) || ev->kind == EV_REMOVE ||
	       ev->kind == EV_LOGIN_OK || ev->kind == EV_AUTH_OK;
}

static void note_login(struct trace *t, const struct step *s)
{
	struct writer_memory *w = &t->writers;
	struct span ip = step_get(s, F_CLIENT_IP), user = step_get(s, F_USER);
	uint64_t hash, at;

	if (!ip.n || !user.n || s->ev->dialect != DIALECT_DOVECOT || !writer_vouches(t, s))
		return;
	if (!w->login)
		w->login = xcalloc(LOGINS_MOST, sizeof(*w->login));
	hash = hash_lower(user, hash_span(ip, t->names.seed));
	for (at = hash >> 8; w->login[at % LOGINS_MOST]; at++)
		if (w->login[at % LOGINS_MOST] == hash)
			return;
	/* who is not remembered is not confirmed: never the other way round */
	if (w->nlogins < LOGINS_MOST / 4 * 3) {
		w->login[at % LOGINS_MOST] = hash;
		w->nlogins++;
	}
}

bool writer_told_login(const struct trace *t, struct span id, struct span address)
{
	const struct writer_memory *w = &t->writers;
	uint64_t hash = hash_lower(id, hash_span(address, t->names.seed));

	for (uint64_t at = hash >> 8; w->login && w->login[at % LOGINS_MOST]; at++)
		if (w->login[at % LOGINS_MOST] == hash)
			return true;
	return false;
}

bool writer_admits(struct trace *t, const struct step *s)
{
	uint64_t uid;
	enum writer who = writer_of(t, s, &uid);

	if (who == WRITER_OTHER) {
		/* in any other file a JSON line may be the work of somebody who wants another called a forger */
		if (is_fact(s->ev) && is_journal(t, s))
			count_forged(t, s, (uint32_t)uid);
		return false;
	}
	t->writers.unsure += who == WRITER_UNSURE && is_fact(s->ev) && s->ev->dialect != DIALECT_DOVECOT;
	if (s->ev->kind == EV_LOGIN_OK)
		note_login(t, s);
	return true;
}
