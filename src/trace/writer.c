/* writer - see writer.h. */
#include "trace/writer.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/lower.h"
#include "trace/internal.h"

#include <stdlib.h>

void writers_free(struct writer_memory *w)
{
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

	return hash_span(span_lower(span_head(s, sizeof(room)), room), seed) | 1;
}

static uint64_t asked_hash(const struct trace *t, enum sender_kind kind, struct span id)
{
	return hash_lower(id, t->names.seed + kind);
}

/* Its place, or ASKED_MOST. */
static uint32_t asked_find(const struct trace *t, enum sender_kind kind, struct span id)
{
	const struct writer_memory *w = &t->writers;
	uint64_t hash = w->nasked ? asked_hash(t, kind, id) : 0;

	for (uint32_t i = 0; i < w->nasked; i++)
		if (w->asked[i].hash == hash)
			return i;
	return ASKED_MOST;
}

void writer_ask(struct trace *t, enum sender_kind kind, struct span id, int64_t from)
{
	struct writer_memory *w = &t->writers;

	if (w->nasked < ASKED_MOST)
		w->asked[w->nasked++] =
			(struct writer_asked){ .hash = asked_hash(t, kind, id), .from = from };
}

const struct writer_asked *writer_answer(const struct trace *t, enum sender_kind kind, struct span id)
{
	uint32_t at = asked_find(t, kind, id);

	return at == ASKED_MOST ? NULL : &t->writers.asked[at];
}

/* Whom an arrival names, as who.c and arrive_exim.c would. */
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

static void count_forged(struct trace *t, struct span id, uint32_t uid)
{
	struct writer_memory *w = &t->writers;
	uint32_t i = 0;

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

static void count_asked(struct trace *t, const struct step *s, enum sender_kind kind, struct span id,
			enum writer who, uint32_t uid)
{
	uint32_t at = asked_find(t, kind, id);
	struct writer_asked *a = &t->writers.asked[at % ASKED_MOST];

	if (at == ASKED_MOST || s->time < a->from)
		return;
	if (who == WRITER_SERVER) {
		a->said++;
	} else if (s->ev->has >> F_WRITER_MAIL & 1) {
		a->by = a->forged++ ? a->by : uid;
	}
}

/* In any file but our journal a JSON line may be the work of somebody who wants another called a forger. */
static void count(struct trace *t, const struct step *s, enum writer who, uint32_t uid)
{
	struct span id = SPAN_NONE;
	enum sender_kind kind = KIND_UNKNOWN;

	if (!is_journal(t, s) || (who == WRITER_SERVER && !t->writers.nasked))
		return;
	if (s->ev->kind == EV_SUBMIT || s->ev->kind == EV_ACCEPT)
		kind = named_by(t, s, &id);
	if (who == WRITER_OTHER)
		count_forged(t, id, uid);
	if (id.n)
		count_asked(t, s, kind, id, who, uid);
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

	if (who != WRITER_UNSURE && is_fact(s->ev))
		count(t, s, who, (uint32_t)uid);
	if (who == WRITER_OTHER)
		return false;
	t->writers.unsure += who == WRITER_UNSURE && is_fact(s->ev) && s->ev->dialect != DIALECT_DOVECOT;
	if (s->ev->kind == EV_LOGIN_OK)
		note_login(t, s);
	return true;
}
