/*
 * crosscheck - see crosscheck.h.
 *
 * That a line is not in the journal proves nothing: journald drops lines of whoever logs too fast, rsyslog has sockets of
 * its own (Debian's in Postfix's chroot), containers log elsewhere. So it raises nobody, absolves nobody, and is told. Only
 * a line that is there under another's uid takes back what it said.
 */
#include "trace/crosscheck.h"

#include "trace/conclude.h"
#include "trace/internal.h"

#define WINDOW_MOST \
	(2 * 86400) /* a longer accusation is checked by its last hours: a million entries take 3 seconds */
#define WINDOW_SHORT (6 * 3600)
#define BEFORE 60
#define SLACK 2 /* syslog's stamp is a second, taken after the journal's */
#define AGAIN_MEMORY ((size_t)64 << 20)

/* --- who is asked about ---------------------------------------------------------------------- */

static bool is_asked(const struct trace *t, const struct ranked *r)
{
	if (r->verdict != VERDICT_COMPROMISED || crosscheck_grade(r->sender) == 'A')
		return false;
	return r->sender->kind == KIND_AUTH ? r->sender->vouched & VOUCH_SYSLOG
					    : r->sender->kind == KIND_LOCAL && t->syslog;
}

/* When what he is accused of began; TRACE keeps the time of its line. */
static int64_t began(const struct sender *s)
{
	const struct proof *p = s->run ? s->run : s->proof;

	return p ? p->at : s->first;
}

static bool is_long(const struct sender *s)
{
	return s->last - began(s) > WINDOW_MOST;
}

static int64_t window_of(const struct sender *s)
{
	return (is_long(s) ? s->last - WINDOW_SHORT : began(s)) - BEFORE;
}

/* --- what the journal says ------------------------------------------------------------------- */

struct answer {
	struct trace *again;
	uint32_t sender; /* its row there, 0 = none */
	uint64_t said; /* arrivals that the mail server wrote itself, since what accuses him began */
	uint64_t forged; /* arrivals that somebody else wrote */
	uint32_t by; /* the first of them */
	struct judge_verdict verdict;
	bool covers; /* the journal goes back far enough, and was read to its end */
	bool whole; /* and from where what he is accused of began */
};

static void settle(struct trace *again)
{
	for (uint32_t slot = 0; slot < again->messages.n; slot++)
		while (!qid_none(message_at(&again->messages, slot)->id)) {
			message_at(&again->messages, slot)->flags |= M_DONE;
			message_settle(again, slot);
		}
}

static void hear(struct trace *t, struct trace *again, bool to_its_end, const struct sender *s,
		 struct answer *ret)
{
	struct span id = names_get(&t->names, s->id), account = names_get(&t->names, s->account);
	enum sender_kind kind = (enum sender_kind)s->kind;
	const struct writer_asked *asked = writer_answer(again, kind, id);

	*ret = (struct answer){ .again = again };
	ret->verdict.verdict = VERDICT_NORMAL;
	ret->covers = to_its_end && again->began && again->began <= window_of(s) + BEFORE + 5;
	ret->whole = ret->covers && !is_long(s);
	if (asked) {
		ret->said = asked->said;
		ret->forged = asked->forged;
		ret->by = asked->by;
	}
	ret->sender = sender_seek(&again->senders, kind, names_put(&again->names, id),
				  account.n ? names_put(&again->names, account) : 0);
	if (!ret->sender)
		return;
	judge_close(again->judge, &sender_at(&again->senders, ret->sender)->judge, kind, s->trusted, NULL,
		    &ret->verdict);
}

static bool auth_agrees(const struct trace *t, const struct sender *s, const struct trace *teller)
{
	for (uint32_t i = s->tally; i; i = t->senders.tally[i - 1].next)
		if (t->senders.tally[i - 1].what == TALLY_CLIENT &&
		    writer_told_login(teller, names_get(&t->names, s->id),
				      names_get(&t->names, t->senders.tally[i - 1].name)))
			return true;
	return false;
}

static void note(struct trace *t, struct span text)
{
	if (t->cross.nnotes < CROSSCHECK_NOTES / 2)
		t->cross.note[t->cross.nnotes++] = text;
}

static struct span name_of_uid(const struct trace *t, uint32_t uid)
{
	uint32_t index = accounts_by_uid(t->o.accounts, uid);

	return index == ACCOUNT_NONE ? SPAN("not in passwd") : accounts_get(t->o.accounts, index)->name;
}

static void keep_proof(struct trace *t, struct arena *a, uint32_t index, const struct sender *other)
{
	if (!other->proof || t->cross.nproofs == CROSS_MOST)
		return;
	t->cross.proof[t->cross.nproofs++] = (struct cross_proof){
		.sender = index,
		.text = arena_span(a, proof_text(other->proof)),
		.line = other->proof->line,
		.offset = other->proof->offset,
	};
}

/* The journal's own trace accuses him as well. */
static void confirm(struct trace *t, struct arena *a, const struct ranked *r, const struct answer *x)
{
	struct sender *s = sender_at(&t->senders, r->index);
	struct sender *other = sender_at(&x->again->senders, x->sender);

	if (x->again->writers.unsure || (other->vouched & VOUCH_NOT) || other->grade != 'A')
		return;
	keep_proof(t, a, r->index, other);
	s->vouched |= VOUCH_SERVER;
	s->vouched &= (uint8_t)~VOUCH_NOT;
	s->grade = 'A';
	sender_tally_flush(&x->again->senders, x->sender);
	if (s->kind == KIND_AUTH && auth_agrees(x->again, other, x->again))
		s->vouched |= VOUCH_AUTH;
}

/* Somebody wrote such lines in his name, and without them the mail server's own accuse nobody. */
static void take_back(struct trace *t, struct arena *a, struct ranked *r, const struct answer *x)
{
	const struct sender *s = r->sender;
	struct span id = names_get(&t->names, s->id), by = name_of_uid(t, x->by);

	/* the rest may have come past the journal: then it is not known what he sent */
	if (!x->whole || x->said + x->forged < s->risen) {
		note(t, claim_format(a,
				     "%llu arrivals of %.*s are forged, by uid %u (%.*s); the journal does "
				     "not have all the others, so what it sent itself is not known",
				     (unsigned long long)x->forged, (int)span_head(id, 200).n, id.p, x->by,
				     (int)by.n, by.p));
		return;
	}
	r->verdict = x->verdict.verdict;
	r->withdrawn = claim_format(
		a,
		"%llu arrivals in its name were forged: the journal knows that uid %u (%.*s) wrote them; the "
		"mail server's own %llu accuse nobody",
		(unsigned long long)x->forged, x->by, (int)by.n, by.p, (unsigned long long)x->said);
}

static void check(struct trace *t, struct arena *a, struct trace *again, bool whole, struct ranked *r)
{
	struct span id = span_head(names_get(&t->names, r->sender->id), 200);
	struct answer x;

	hear(t, again, whole, r->sender, &x);
	if (x.sender && x.verdict.verdict == VERDICT_COMPROMISED)
		confirm(t, a, r, &x);
	else if (x.forged)
		take_back(t, a, r, &x);
	else if ((again->mta_exim || again->mta_postfix) &&
		 (x.whole ? x.said * 10 < (uint64_t)r->sender->risen * 9 : x.covers && !x.said))
		note(t, claim_format(a,
				     "the journal covers the time of what accuses %.*s and has %llu of its "
				     "arrivals: the others came past it, or were dropped, or are forged",
				     (int)id.n, id.p, (unsigned long long)x.said));
	else if (!x.covers)
		note(t, claim_format(a,
				     "the journal has nothing of when what accuses %.*s began, or was not "
				     "read to its end: it does not say who wrote that",
				     (int)id.n, id.p));
}

/* What the journal told beside: whoever forged lines, whomever they name. */
static void take_forgers(struct trace *t, const struct trace *again)
{
	struct writer_memory *to = &t->writers;
	const struct writer_memory *from = &again->writers;

	to->others += from->others;
	to->unsure += from->unsure;
	for (uint32_t i = 0; i < from->nforgers && to->nforgers < FORGERS_MOST; i++) {
		to->forger[to->nforgers] = from->forger[i];
		if (from->forger[i].named)
			to->forger[to->nforgers].named =
				names_put_aside(&t->names, names_get(&again->names, from->forger[i].named));
		to->nforgers++;
	}
}

void crosscheck(struct trace *t, struct arena *a, struct ranked *ranked, size_t n)
{
	struct log_file file = { .name = SPAN("journal"), .journal = true };
	struct trace_options o = t->o;
	int64_t from = INT64_MAX;
	struct trace *again;
	bool whole = false;

	for (size_t i = 0; i < n; i++) {
		struct sender *s = sender_at(&t->senders, ranked[i].index);

		/* the journal itself was read: its words count as they stand */
		if (s->kind == KIND_AUTH && ranked[i].verdict == VERDICT_COMPROMISED && t->writers.nlogins) {
			sender_tally_flush(&t->senders, ranked[i].index);
			s->vouched |= auth_agrees(t, s, t) ? VOUCH_AUTH : 0;
		}
		if (is_asked(t, &ranked[i]) && window_of(s) < from)
			from = window_of(s);
	}
	if (from == INT64_MAX || !t->o.journal)
		return;
	o.files = &file;
	o.nfiles = 1;
	o.since = 0;
	o.memory = AGAIN_MEMORY;
	o.stats = o.refusals = o.later = false;
	o.nseek = 0;
	o.observed = NULL;
	o.past = NULL;
	o.journal = NULL;
	again = trace_new(&o);
	for (size_t i = 0; i < n; i++)
		if (is_asked(t, &ranked[i]))
			writer_ask(again, (enum sender_kind)ranked[i].sender->kind,
				   names_get(&t->names, ranked[i].sender->id),
				   began(ranked[i].sender) - SLACK);
	if (t->o.journal(t->o.ctx, from, again, &whole)) {
		settle(again);
		for (size_t i = 0, asked = 0; i < n && asked < CROSS_MOST; i++)
			if (is_asked(t, &ranked[i])) {
				check(t, a, again, whole, &ranked[i]);
				asked++;
			}
		take_forgers(t, again);
	}
	trace_free(again);
}

/* --- what is told ---------------------------------------------------------------------------- */

char crosscheck_grade(const struct sender *s)
{
	if (s->kind != KIND_AUTH || s->grade != 'A')
		return s->grade;
	return (s->vouched & VOUCH_SERVER) && !(s->vouched & VOUCH_NOT) &&
			       (s->vouched & (VOUCH_AUTH | VOUCH_QUEUE))
		       ? 'A'
		       : 'B';
}

void crosscheck_prove(struct trace *t, struct arena *a, const struct sender *s, struct row *row)
{
	struct evidence e = { .grade = 'A' };
	const struct cross_proof *p = NULL;

	for (unsigned i = 0; i < t->cross.nproofs && !p; i++)
		if (sender_at(&t->senders, t->cross.proof[i].sender) == s)
			p = &t->cross.proof[i];
	if (!p)
		return;
	e.text = p->text;
	e.line = p->line;
	e.offset = p->offset;
	e.claim = s->kind != KIND_AUTH
			  ? SPAN("the journal confirms it: the mail server itself wrote these arrivals")
		  : s->vouched & VOUCH_AUTH ? SPAN("the journal confirms it: the mail server itself wrote "
						   "these arrivals, and the password "
						   "service tells of the same login from the same address")
		  : s->vouched & VOUCH_QUEUE
			  ? SPAN("the journal confirms it: the mail server itself wrote these arrivals, and "
				 "its queue "
				 "files name the same login")
			  : SPAN("the journal confirms it: the mail server itself wrote these arrivals");
	row_add_evidence(t, a, row, PROOF_JOURNAL, &e);
}

static struct span forger_note(const struct trace *t, struct arena *a, const struct forger *f)
{
	struct span by = name_of_uid(t, f->uid), named = names_get(&t->names, f->named);
	bool one = f->lines == 1;

	return claim_format(
		a,
		"%llu line%s of the journal speak%s for the mail server but %s written by uid %u (%.*s): "
		"forged, not used%s%.*s",
		(unsigned long long)f->lines, one ? "" : "s", one ? "s" : "", one ? "was" : "were", f->uid,
		(int)by.n, by.p, named.n ? "; they name " : "", (int)span_head(named, 200).n, named.p);
}

size_t crosscheck_notes(const struct trace *t, struct arena *a, struct span *ret_notes)
{
	const struct writer_memory *w = &t->writers;
	size_t n = 0;

	for (uint32_t i = 0; i < w->nforgers && n < CROSSCHECK_NOTES / 2 - 2; i++)
		ret_notes[n++] = forger_note(t, a, &w->forger[i]);
	if (w->others)
		ret_notes[n++] = claim_format(a, "%llu more lines of the journal were forged by others",
					      (unsigned long long)w->others);
	if (w->unsure)
		ret_notes[n++] = claim_format(
			a,
			"%llu line%s of the journal speak%s for the mail server, of users that passwd does "
			"not know: it confirms nobody",
			(unsigned long long)w->unsure, w->unsure == 1 ? "" : "s", w->unsure == 1 ? "s" : "");
	for (unsigned i = 0; i < t->cross.nnotes; i++)
		ret_notes[n++] = t->cross.note[i];
	return n;
}
