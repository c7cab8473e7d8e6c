/* observed - see observed.h. */
#include "trace/observed.h"

#include "base/hash.h"
#include "trace/conclude.h"
#include "trace/internal.h"
#include "trace/who.h"

#include <stdlib.h>

#define SECOND INT64_C(1000000)
#define PROOFS 2 /* of one sender, from this source */
#define TEXT_MOST 1600
#define PORT25_TARGETS 3 /* servers that one program in one folder speaks to at once: it delivers by itself */
#define LOGIN_TARGETS 6 /* networks of submission servers: no site has so many providers */
#define DIRECT_PROOFS 8
#define AGE_MOST 86400 /* seconds between a hand-over and its log line: a short id may come back */

static uint64_t id_hash(struct qid id)
{
	return hash_mix(id.hi ^ hash_mix(id.lo));
}

static bool handover_same(const void *owner, uint32_t index, const void *key)
{
	const struct observed_memory *m = owner;

	return qid_eq(qid_pack(m->o->handover[index].id), *(const struct qid *)key);
}

void observed_begin(struct trace *t, const struct observed *o)
{
	struct observed_memory *m = &t->observed;

	m->o = o;
	if (!o)
		return;
	table_init(&m->ids, 8);
	for (uint32_t i = 0; i < o->nhandovers; i++) {
		struct qid id = qid_pack(o->handover[i].id);

		if (!qid_none(id) && table_find(&m->ids, id_hash(id), handover_same, m, &id) == TABLE_NONE)
			table_put(&m->ids, id_hash(id), i);
	}
}

void observed_free(struct trace *t)
{
	if (t->observed.o)
		table_free(&t->observed.ids);
}

/* --- evidence ----------------------------------------------------------------------------------- */

static void put_part(struct buf *out, const char *what, struct span text)
{
	if (!text.n)
		return;
	buf_str(out, what);
	buf_span(out, text);
}

static void put_process(struct buf *out, const struct observed_process *p)
{
	if (p->pid)
		buf_addf(out, "pid %u, ", p->pid);
	buf_addf(out, "uid %u, program ", p->uid);
	buf_span(out, p->exe);
	if (p->deleted)
		buf_str(out, " (no longer on disk)");
	put_part(out, ", folder ", p->cwd);
	put_part(out, ", script ", p->script);
	put_part(out, ", called by ", p->chain);
	put_part(out, ", cgroup ", p->cgroup);
	put_part(out, ", command line ", p->args);
}

static void prove(struct senders *all, struct sender *row, int64_t at, struct span text, char grade,
		  const char *claim)
{
	const struct log_at where = { .file = PROOF_OBSERVED };

	/* several connections of one process say the same */
	for (const struct proof *p = row->proof; p; p = p->next)
		if (p->file == PROOF_OBSERVED && p->n && span_starts(text, proof_text(p)))
			return;
	sender_prove(all, row, &where, at / SECOND, text, SPAN_NONE, grade, claim);
}

static unsigned proofs(const struct sender *row)
{
	unsigned n = 0;

	for (const struct proof *p = row->proof; p; p = p->next)
		n += p->file == PROOF_OBSERVED;
	return n;
}

void observed_prove(struct senders *all, struct sender *row, const struct observed_handover *h,
		    const struct observed_process *p)
{
	struct buf text = BUF_MAX(TEXT_MOST);

	if (proofs(row) >= PROOFS)
		return;
	buf_addf(&text, "%.*s: handed over by uid %u, program ", (int)h->id.n, h->id.p, p->uid);
	buf_span(&text, p->exe);
	prove(all, row, h->at, buf_view(&text), 'A', "the kernel saw this uid hand a message over");
	text.n = 0;
	buf_addf(&text, "%.*s: ", (int)h->id.n, h->id.p);
	put_process(&text, p);
	prove(all, row, h->at, buf_view(&text), 'B', "the process that handed it over worked in this folder");
	buf_free(&text);
}

/* --- messages ------------------------------------------------------------------------------------ */

/* An account's process may stand in a neighbour's folder, and name his script: that says nothing of the neighbour. */
static bool is_neighbours(const struct trace *t, struct span path, uint32_t index, bool shared)
{
	uint32_t owner =
		shared || index == ACCOUNT_NONE ? ACCOUNT_NONE : accounts_by_path(t->o.accounts, path);

	return owner != ACCOUNT_NONE && owner != index;
}

/* Folder and file of P's mail. A uid of many sites: only where the kernel says it works, since argv is his own text. */
static struct span folder_of(const struct trace *t, const struct observed_process *p, uint32_t index,
			     bool shared, struct span *ret_file)
{
	*ret_file = SPAN_NONE;
	if (shared || !p->script.n || index == ACCOUNT_NONE ||
	    accounts_by_path(t->o.accounts, p->script) != index)
		return is_neighbours(t, p->cwd, index, shared) ? SPAN_NONE : p->cwd;
	*ret_file = p->script;
	return script_folder(p->script);
}

/* Content filters hand mail back over loopback: it is still the first sender's. */
static bool is_filter(struct span user)
{
	static const char *const names[] = { "amavis",	"vscan",  "spamd",    "debian-spamd",
					     "_rspamd", "rspamd", "clamsmtp", "opendkim",
					     "dkim",	"filter", "spampd",   "mailscanner" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_eq(user, span_str(names[i])))
			return true;
	return false;
}

bool observed_arrival(struct trace *t, struct message *msg, const struct step *s, enum observed_door door,
		      uint32_t uid)
{
	const struct observed_memory *m = &t->observed;
	const struct observed_process *p;
	const struct observed_handover *h;
	struct arrival who;
	struct span user, file, folder;
	char number[16];
	uint32_t at, index;
	bool shared;

	if (!m->o || !m->o->nhandovers)
		return false;
	at = table_find(&m->ids, id_hash(s->ev->id), handover_same, m, &s->ev->id);
	if (at == TABLE_NONE)
		return false;
	h = &m->o->handover[at];
	if (h->process == OBSERVED_NONE || h->door != door || s->time > h->at / SECOND + AGE_MOST ||
	    s->time < h->at / SECOND - AGE_MOST)
		return false;
	p = &m->o->process[h->process];
	if (uid != UINT32_MAX && p->uid != uid)
		return false;
	index = accounts_by_uid(t->o.accounts, p->uid);
	user = index != ACCOUNT_NONE
		       ? accounts_get(t->o.accounts, index)->name
		       : span_of(number, (size_t)snprintf(number, sizeof(number), "uid %u", p->uid));
	if (door == OBSERVED_LOOPBACK && is_filter(user))
		return false;
	shared = index != ACCOUNT_NONE && accounts_get(t->o.accounts, index)->shared;
	folder = folder_of(t, p, index, shared, &file);
	who = who_local(t, user, index, folder, file, 'A');
	arrive_fixed(t, msg, &who, s);
	later_seen(t, sender_at(&t->senders, msg->sender), h, p);
	return true;
}

/* --- connections ----------------------------------------------------------------------------------- */

static bool is_mta(const struct trace *t, const struct observed_process *p)
{
	uint32_t index = accounts_by_uid(t->o.accounts, p->uid);

	return observed_mta_program(p->exe) && !p->deleted &&
	       (p->uid == 0 || (index != ACCOUNT_NONE && accounts_get(t->o.accounts, index)->mta));
}

static struct span program_folder(const struct observed_process *p)
{
	return p->script.n ? script_folder(p->script) : p->cwd;
}

static bool same_program(const struct observed_process *a, const struct observed_process *b)
{
	return a->uid == b->uid && span_eq(a->exe, b->exe) && span_eq(program_folder(a), program_folder(b));
}

static bool same_target(const struct observed_connection *a, const struct observed_connection *b)
{
	/* on 465 and 587 a provider's servers, which lie in one network, are one target */
	return a->port == 25 ? memcmp(a->remote, b->remote, 16) == 0
			     : net_block(a->remote) == net_block(b->remote);
}

/* Different servers that P's program in P's folder speaks to: on port 25, or on those that want a login. */
static unsigned targets(const struct observed *o, const struct observed_process *p, bool smtp)
{
	const struct observed_connection *seen[LOGIN_TARGETS];
	unsigned n = 0;

	for (size_t i = 0; i < o->nconnections && n < LOGIN_TARGETS; i++) {
		const struct observed_connection *c = &o->connection[i];
		unsigned k = 0;

		if (c->process == OBSERVED_NONE || (c->port == 25) != smtp || net_is_loopback(c->remote) ||
		    !same_program(&o->process[c->process], p))
			continue;
		while (k < n && !same_target(seen[k], c))
			k++;
		if (k == n)
			seen[n++] = c;
	}
	return n;
}

static struct arrival direct_who(struct trace *t, const struct observed_process *p)
{
	struct buf id = BUF_MAX(1200);
	struct arrival who = {
		.kind = KIND_DIRECT,
		.grade = 'A',
		.account_index = accounts_by_uid(t->o.accounts, p->uid),
	};

	buf_addf(&id, "%u:", p->uid);
	buf_span(&id, p->exe);
	who.id = names_put(&t->names, buf_view(&id));
	buf_free(&id);
	/* the script is an argument, and those are his own text */
	if (who.account_index != ACCOUNT_NONE && accounts_get(t->o.accounts, who.account_index)->shared)
		who.account_index = accounts_by_path(t->o.accounts, p->cwd);
	if (who.account_index != ACCOUNT_NONE)
		who.account = names_put(&t->names, accounts_get(t->o.accounts, who.account_index)->name);
	return who;
}

/* The operator may trust a program by its row or by its folder. */
static bool trusted(struct trace *t, struct arrival who, const struct observed_process *p)
{
	bool so = who_is_trusted(t, &who);

	who.id = names_put(&t->names, program_folder(p));
	return so || who_is_trusted(t, &who);
}

static void direct_add(struct trace *t, const struct observed_connection *c, const struct observed_process *p)
{
	struct arrival who = direct_who(t, p);
	uint32_t index = who_row(t, &who);
	struct sender *row = sender_at(&t->senders, index);
	uint32_t owner = accounts_by_uid(t->o.accounts, p->uid);
	bool shared = owner != ACCOUNT_NONE && accounts_get(t->o.accounts, owner)->shared;
	struct span place = p->script.n && !shared ? p->script : p->cwd;
	int64_t at = c->at / SECOND;
	struct buf text = BUF_MAX(TEXT_MOST);
	char ip[46];
	struct span shown = net_show(c->remote, ip);

	if (row->kind != KIND_DIRECT)
		return;
	row->grade = 'A';
	row->trusted |= trusted(t, who, p);
	row->first = row->first && row->first < at ? row->first : at;
	row->last = row->last > at ? row->last : at;
	if (place.n && !is_neighbours(t, place, owner, shared))
		sender_tally(&t->senders, &t->names, index, TALLY_PLACE, place, 'B');
	if (proofs(row) >= DIRECT_PROOFS)
		return;
	buf_addf(&text, "port %u of %.*s: ", c->port, (int)shown.n, shown.p);
	put_process(&text, p);
	prove(&t->senders, row, c->at, buf_view(&text), 'A',
	      "a program beside the mail server speaks to mail servers");
	buf_free(&text);
}

static void direct_judge(struct trace *t, const struct observed_connection *c,
			 const struct observed_process *p)
{
	const struct observed *o = t->observed.o;
	struct arrival who = direct_who(t, p);
	const uint32_t index = who_row(t, &who);
	struct sender *row = sender_at(&t->senders, index);

	if (row->kind != KIND_DIRECT || row->trusted || judge_alarmed(&row->judge))
		return;
	if (targets(o, p, true) >= PORT25_TARGETS)
		judge_hard_fact(t->judge, &row->judge, c->at / SECOND,
				"a program beside the mail server speaks to port 25 of several servers");
	else if (targets(o, p, false) >= LOGIN_TARGETS)
		judge_hard_fact(t->judge, &row->judge, c->at / SECOND,
				"one program logs in at the mail servers of many providers");
}

/* Who stands behind localhost: the relay's row gets the owners of connections as evidence. */
static void relay_owner(struct trace *t, const struct observed_connection *c,
			const struct observed_process *p)
{
	struct buf text = BUF_MAX(TEXT_MOST);
	uint8_t ip[16];

	buf_addf(&text, "port %u of this host: ", c->port);
	put_process(&text, p);
	for (uint32_t i = 1; i < t->senders.n; i++) {
		struct sender *row = sender_at(&t->senders, i);

		if (row->kind == KIND_RELAY && net_parse(row->id_text, ip) && net_is_loopback(ip) &&
		    proofs(row) < PROOFS)
			prove(&t->senders, row, c->at, buf_view(&text), 'A',
			      "this process holds a connection to the mail server on localhost");
	}
	buf_free(&text);
}

void observed_direct(struct trace *t)
{
	const struct observed *o = t->observed.o;

	for (unsigned pass = 0; o && pass < 2; pass++)
		for (size_t i = 0; i < o->nconnections; i++) {
			const struct observed_connection *c = &o->connection[i];
			const struct observed_process *p =
				c->process == OBSERVED_NONE ? NULL : &o->process[c->process];

			if (!p || p->elsewhere || is_mta(t, p))
				continue;
			if (net_is_loopback(c->remote)) {
				if (pass == 0)
					relay_owner(t, c, p);
			} else if (pass == 0) {
				direct_add(t, c, p);
			} else {
				direct_judge(t, c, p);
			}
		}
}

struct span observed_aside(void)
{
	return SPAN("speaks to one or a few mail servers: listed, not accused");
}

size_t observed_notes(const struct trace *t, struct arena *a, struct span *notes, size_t most)
{
	const struct observed *o = t->observed.o;
	uint64_t ownerless = 0;
	size_t n = 0;

	if (!o)
		return 0;
	for (size_t i = 0; i < o->nconnections; i++)
		ownerless += o->connection[i].process == OBSERVED_NONE;
	if (o->watched && n < most)
		notes[n++] = claim_format(
			a, "watched %lld s: messages handed over on this host: %llu; process missed: %llu",
			(long long)((o->to - o->from + SECOND / 2) / SECOND),
			(unsigned long long)o->submitted, (unsigned long long)o->unnamed);
	if (o->plain_user && n < most)
		notes[n++] =
			SPAN("who speaks to mail servers directly: only your own processes were looked at; "
			     "root sees all");
	else if (ownerless && n < most)
		notes[n++] = claim_format(
			a, "%llu connections to mail ports belong to no process that could be looked into",
			(unsigned long long)ownerless);
	if (o->elsewhere && n < most)
		notes[n++] = claim_format(a,
					  "processes in other network namespaces (containers): %u, whose "
					  "connections were not looked at",
					  o->elsewhere);
	return n;
}
