/*
 * inquiry - the investigation as flat bytes and back, and the names of its enums.
 *
 * One function per struct serves both directions (base/codec.h). Unpacked texts point into the bytes: the caller
 * keeps these as long.
 *
 * TRUST: the bytes come from the confined reader, which an attacker may have taken over. Every count is
 * held against the bytes left before memory is taken, every enum, grade and index against its range;
 * one wrong byte refuses the whole message.
 */
#include "model/inquiry.h"

#include "base/codec.h"
#include "model/event.h"
#include "model/rows.h"

#define MAGIC UINT32_C(0x51497453) /* "StIQ" */
#define VERSION 6

const char *sender_kind_name(enum sender_kind kind)
{
	static const char *const names[SENDER_KINDS] = { "auth",   "script", "local",	"relay",   "forward",
							 "bounce", "direct", "inbound", "unknown", "other" };

	return kind < SENDER_KINDS ? names[kind] : "other";
}

const char *sender_kind_word(enum sender_kind kind)
{
	static const char *const words[SENDER_KINDS] = {
		[KIND_AUTH] = "mailbox",   [KIND_SCRIPT] = "script",   [KIND_LOCAL] = "user",
		[KIND_RELAY] = "relay",	   [KIND_FORWARD] = "forward", [KIND_BOUNCE] = "bounces",
		[KIND_DIRECT] = "program", [KIND_INBOUND] = "inbound", [KIND_UNKNOWN] = "unknown",
		[KIND_OTHER] = "the rest",
	};

	/* KIND may come from a child: what is no kind has a word all the same. */
	return kind < SENDER_KINDS ? words[kind] : "the rest";
}

static bool take_word(struct span *from, const char *word)
{
	size_t n = strlen(word);

	if (from->n <= n + 1 || !span_starts(*from, span_str(word)) || !memchr(": ", from->p[n], 2))
		return false;
	*from = span_from(*from, n + 1);
	return true;
}

bool sender_kind_take(struct span *word, enum sender_kind *ret)
{
	for (int k = 0; k < SENDER_KINDS; k++) {
		enum sender_kind kind = (enum sender_kind)k;

		if (!take_word(word, sender_kind_name(kind)) && !take_word(word, sender_kind_word(kind)))
			continue;
		*ret = kind;
		return true;
	}
	return false;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = { "normal", "bulk", "suspect", "compromised" };

	return verdict <= VERDICT_COMPROMISED ? names[verdict] : "normal";
}

struct span incident_id(const struct incident *in)
{
	return span_of(in->id, strnlen(in->id, sizeof(in->id)));
}

void counts_add(struct counts *sum, const struct counts *c)
{
	sum->messages += c->messages;
	sum->recipients += c->recipients;
	sum->delivered += c->delivered;
	sum->deferred += c->deferred;
	sum->bounced += c->bounced;
	sum->bytes += c->bytes;
}

static void code_counts(struct codec *c, struct counts *v)
{
	code_u64(c, &v->messages);
	code_u64(c, &v->recipients);
	code_u64(c, &v->delivered);
	code_u64(c, &v->deferred);
	code_u64(c, &v->bounced);
	code_u64(c, &v->bytes);
}

static void code_evidence(struct codec *c, struct evidence *v)
{
	code_grade(c, &v->grade);
	code_span(c, &v->file);
	code_u64(c, &v->line);
	code_u64(c, &v->offset);
	code_span(c, &v->text);
	code_span(c, &v->claim);
}

static void code_moment(struct codec *c, struct moment *v)
{
	code_time(c, &v->at);
	code_span(c, &v->kind);
	code_span(c, &v->text);
	code_grade(c, &v->grade);
	code_u32(c, &v->row);
	CODE_LIST(c, v->evidence, v->nevidence, 4, code_u32);
}

static void code_incident(struct codec *c, struct incident *v)
{
	struct span id = incident_id(v);

	code_span(c, &id);
	if (c->from && id.n < sizeof(v->id))
		memcpy(v->id, id.p, id.n);
	code_refuse_if(c, id.n == 0 || id.n >= sizeof(v->id));
	for (size_t i = 0; i < id.n; i++)
		code_refuse_if(c,
			       !((id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'z')));
	code_bool(c, &v->sending);
	code_time(c, &v->since);
	CODE_LIST(c, v->rows, v->nrows, 4, code_u32);
	CODE_LIST(c, v->entry, v->nentry, 25, code_moment);
	CODE_LIST(c, v->timeline, v->ntimeline, 25, code_moment);
}

static void code_input(struct codec *c, struct input_file *v)
{
	code_span(c, &v->path);
	code_u32(c, &v->dialects);
	code_refuse_if(c, v->dialects >> DIALECTS);
	code_u64(c, &v->bytes);
	code_u64(c, &v->lines);
	code_u64(c, &v->unknown_lines);
}

static void code_stat_row(struct codec *c, struct stat_row *v)
{
	code_span(c, &v->key);
	code_counts(c, &v->counts);
}

static void code_stats(struct codec *c, struct stats *v)
{
	for (size_t i = 0; i < 24; i++)
		code_counts(c, &v->by_hour[i]);
	CODE_LIST(c, v->senders, v->nsenders, 52, code_stat_row);
	CODE_LIST(c, v->hosts, v->nhosts, 52, code_stat_row);
	CODE_LIST(c, v->domains, v->ndomains, 52, code_stat_row);
	CODE_LIST(c, v->errors, v->nerrors, 52, code_stat_row);
	CODE_LIST(c, v->rejects, v->nrejects, 52, code_stat_row);
	code_u64(c, &v->rejected);
	code_u64(c, &v->connections);
	code_u64(c, &v->auth_failures);
	code_u64(c, &v->held);
	code_u64(c, &v->removed);
}

static void code_advice(struct codec *c, struct advice *v)
{
	code_span(c, &v->id);
	code_bool(c, &v->ok);
	code_span(c, &v->text);
	code_span(c, &v->line);
	code_span(c, &v->file);
}

static void code_refusal(struct codec *c, struct refusal *v)
{
	code_span(c, &v->provider);
	code_span(c, &v->list);
	code_u64(c, &v->messages);
	code_time(c, &v->last);
	code_span(c, &v->text);
}

static void code_refused(struct codec *c, struct refused *v)
{
	code_u32(c, &v->row);
	code_u32(c, &v->refusal);
	code_u64(c, &v->messages);
	code_time(c, &v->first);
	code_time(c, &v->last);
	code_span(c, &v->recipient);
}

static void code_outgoing(struct codec *c, struct outgoing *v)
{
	code_span(c, &v->address);
	code_span(c, &v->source);
	code_u64(c, &v->messages);
}

static void code_sought(struct codec *c, struct sought *v)
{
	code_u32(c, &v->wanted);
	code_u32(c, &v->row);
	code_u32(c, &v->agrees);
	code_u32(c, &v->differs);
	code_u32(c, &v->doubts);
	code_refuse_if(c, (v->agrees | v->differs | v->doubts) > ABOUT_ALL || (v->agrees & v->differs) ||
				  ((v->agrees | v->differs) & v->doubts));
	code_evidence(c, &v->line);
	code_time(c, &v->at);
}

static void code_zone_step(struct codec *c, struct zone_step *v)
{
	code_i64(c, &v->at);
	code_i64(c, &v->offset);
	code_refuse_if(c, v->offset < -86400 || v->offset > 86400);
}

static void code_dkim(struct codec *c, struct dkim_key *v)
{
	code_span(c, &v->domain);
	code_span(c, &v->selector);
}

static void code_results(struct codec *c, struct results *v)
{
	code_u64(c, &v->remote);
	code_u64(c, &v->unknown);
	code_u64(c, &v->named);
}

static void code_load(struct codec *c, struct mta_load *v)
{
	code_bool(c, &v->measured);
	code_u32(c, &v->processes);
	code_u32(c, &v->cpu);
	code_u64(c, &v->memory);
}

static void code_inquiry(struct codec *c, struct inquiry *v)
{
	uint32_t magic = MAGIC, version = VERSION;

	code_u32(c, &magic);
	code_u32(c, &version);
	code_refuse_if(c, magic != MAGIC || version != VERSION);
	code_span(c, &v->host);
	code_span(c, &v->mta);
	code_span(c, &v->panel);
	code_span(c, &v->postfix_spool);
	code_span(c, &v->postfix_commands);
	code_span(c, &v->exim_spool);
	code_u32(c, &v->php_memory);
	code_bool(c, &v->queue_read);
	code_u64(c, &v->queued);
	code_u64(c, &v->queued_unknown);
	code_time(c, &v->from);
	code_time(c, &v->to);
	code_time(c, &v->now);
	code_bool(c, &v->complete);
	code_bool(c, &v->stopped);
	code_bool(c, &v->unconfined);
	code_bool(c, &v->past_unread);
	code_bool(c, &v->live);
	code_u64(c, &v->input_bytes);
	code_u64(c, &v->microseconds);
	CODE_LIST(c, v->unseen, v->nunseen, 4, code_span);
	code_u64(c, &v->unseen_for_good);
	CODE_LIST(c, v->notes, v->nnotes, 4, code_span);
	CODE_LIST(c, v->inputs, v->ninputs, 32, code_input);
	code_counts(c, &v->totals);
	CODE_LIST(c, v->rows, v->nrows, ROW_LEAST, code_row);
	CODE_LIST(c, v->incidents, v->nincidents, 26, code_incident);
	CODE_LIST(c, v->advice, v->nadvice, 17, code_advice);
	code_stats(c, &v->stats);
	code_span(c, &v->helo);
	CODE_LIST(c, v->refusals, v->nrefusals, 28, code_refusal);
	CODE_LIST(c, v->refused, v->nrefused, 36, code_refused);
	CODE_LIST(c, v->outgoing, v->noutgoing, 16, code_outgoing);
	CODE_LIST(c, v->dkim, v->ndkim, 8, code_dkim);
	code_results(c, &v->results);
	code_load(c, &v->load);
	CODE_LIST(c, v->networks, v->nnetworks, 4, code_span);
	CODE_LIST(c, v->sought, v->nsought, 57, code_sought);
	code_refuse_if(c, v->nrefusals > REFUSALS_MOST || v->noutgoing > OUTGOING_MOST ||
				  v->nnetworks > NETWORKS_MOST || v->ndkim > DKIM_MOST);
	CODE_LIST(c, v->zone, v->nzone, 16, code_zone_step);
}

static bool moments_point_well(const struct inquiry *q, const struct moment *m, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (m[i].row >= q->nrows)
			return false;
		for (size_t k = 0; k < m[i].nevidence; k++)
			if (m[i].evidence[k] >= q->rows[m[i].row].nevidence)
				return false;
	}
	return true;
}

static bool senders_point_well(const struct inquiry *q, const struct incident *in)
{
	for (size_t i = 0; i < in->nrows; i++) {
		if (in->rows[i] >= q->nrows)
			return false;
		for (size_t k = 0; k < i; k++)
			if (in->rows[k] == in->rows[i])
				return false;
	}
	return in->nrows > 0;
}

/* An incident without a sender would be one that accuses nobody: refused like an index out of range. */
static bool incidents_point_well(const struct inquiry *q)
{
	if (q->nincidents > INCIDENTS_MOST)
		return false;
	for (size_t i = 0; i < q->nincidents; i++) {
		const struct incident *in = &q->incidents[i];

		if (in->nrows > INCIDENT_ROWS_MOST || in->nentry > INCIDENT_MOMENTS_MOST ||
		    in->ntimeline > INCIDENT_MOMENTS_MOST || !senders_point_well(q, in) ||
		    !moments_point_well(q, in->entry, in->nentry) ||
		    !moments_point_well(q, in->timeline, in->ntimeline))
			return false;
	}
	return true;
}

static bool refused_point_well(const struct inquiry *q)
{
	for (size_t i = 0; i < q->nrefused; i++)
		if (q->refused[i].row >= rows_all(q) || q->refused[i].refusal >= q->nrefusals)
			return false;
	return q->nrefused <= REFUSED_MOST;
}

static bool sought_points_well(const struct inquiry *q)
{
	for (size_t i = 0; i < q->nsought; i++)
		if (q->sought[i].row >= rows_all(q) || (i && q->sought[i].wanted <= q->sought[i - 1].wanted))
			return false;
	return q->nsought <= SOUGHT_MOST;
}

void inquiry_pack(const struct inquiry *q, struct buf *out)
{
	struct packer p = { .out = out };
	struct codec c = { .to = &p };

	/* A packing codec only reads. */
	code_inquiry(&c, (struct inquiry *)q);
}

static int refuse(struct err *err)
{
	return err_set(err, EXIT_SOFTWARE, "the reader's answer is damaged: nothing of it is used");
}

int inquiry_unpack(struct arena *a, struct span bytes, const struct packed_rows *rows,
		   struct inquiry **ret_inquiry, struct err *err)
{
	struct unpacker u = { .left = bytes };
	struct codec c = { .from = &u, .arena = a };
	struct inquiry *q = arena_alloc(a, sizeof(*q));

	code_inquiry(&c, q);
	if (!unpack_done(&u) || (q->nrows && rows))
		return refuse(err);
	if (rows) {
		q->rows = rows->told;
		q->nrows = rows->ntold;
		q->more = rows;
	}
	if (!incidents_point_well(q) || !sought_points_well(q) || !refused_point_well(q))
		return refuse(err);
	*ret_inquiry = q;
	return 0;
}
