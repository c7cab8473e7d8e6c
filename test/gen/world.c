/*
 * world - accounts, the rows of the truth, and truth.json.
 *
 * A row's five counts follow the contract's "Counts" and are added up where lines are written.
 */
#include "parts.h"

#include <stdlib.h>

const char *kind_name(enum kind k)
{
	static const char *const names[] = { "auth",	"script", "local",   "relay",
					     "forward", "bounce", "inbound", "unknown" };

	return names[k];
}

static uint64_t row_hash(enum kind kind, const char *id, uint32_t account)
{
	uint64_t h = mix64((uint64_t)kind << 32 | account);

	for (; *id; id++)
		h = (h ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
	return mix64(h);
}

static void rows_rehash(struct world *w)
{
	free(w->row_slot);
	w->row_slots = w->row_slots ? w->row_slots * 2 : 4096;
	w->row_slot = calloc(w->row_slots, sizeof *w->row_slot);
	for (uint32_t i = 0; i < w->nrows; i++) {
		uint64_t at = row_hash(w->row[i].kind, w->row[i].id, w->row[i].account);

		while (w->row_slot[at & (w->row_slots - 1)])
			at++;
		w->row_slot[at & (w->row_slots - 1)] = i + 1;
	}
}

uint32_t row_find(struct world *w, enum kind kind, const char *id, uint32_t account)
{
	uint64_t at = row_hash(kind, id, account);
	struct row *r;

	for (uint32_t slot; (slot = w->row_slot[at & (w->row_slots - 1)]); at++) {
		r = &w->row[slot - 1];
		if (r->kind == kind && r->account == account && !strcmp(r->id, id))
			return slot - 1;
	}
	if (w->nrows == w->rows_room) {
		w->rows_room = w->rows_room ? w->rows_room * 2 : 1024;
		w->row = realloc(w->row, w->rows_room * sizeof *w->row);
	}
	r = &w->row[w->nrows++];
	*r = (struct row){ .kind = kind, .account = account };
	snprintf(r->id, sizeof r->id, "%s", id);
	w->row_slot[at & (w->row_slots - 1)] = w->nrows;
	if (w->nrows * 2 > w->row_slots)
		rows_rehash(w);
	return w->nrows - 1;
}

void world_build(struct world *w)
{
	uint64_t n = w->messages_wanted / 400;

	w->naccounts = (uint32_t)(n < 30 ? 30 : n > 2000 ? 2000 : n);
	w->account = calloc(w->naccounts, sizeof *w->account);
	world_names(w);
	for (uint32_t i = 0; i < w->naccounts; i++) {
		w->account[i].mailboxes = 1 + rng_below(&w->rng, 6);
		w->account[i].weblog = i < 50;
	}
	rows_rehash(w);
	cast_build(w);
}

void row_arrival(struct world *w, uint32_t index, uint32_t nrcpt)
{
	struct row *r = &w->row[index];

	if (r->timed) {
		if ((r->messages & (r->messages - 1)) == 0)
			r->times = realloc(r->times, (r->messages ? 2 * r->messages : 1) * sizeof *r->times);
		r->times[r->messages] = w->start + w->now / SECOND;
	}
	r->messages++;
	r->recipients += nrcpt;
}

/* Times of the messages around the first abusive one, so that `since` can be measured in messages. */
static void since_write(FILE *f, const struct world *w, const struct row *r)
{
	uint64_t from = r->since_message > 41 ? r->since_message - 41 : 0;

	fprintf(f,
		",\"what\":\"%s\",\"since_message\":%llu,\"since\":%lld,\"around_first\":%llu,\"around\":[",
		r->culprit, (unsigned long long)r->since_message, (long long)(w->start + r->since / SECOND),
		(unsigned long long)from + 1);
	for (uint64_t i = from; i < r->messages && i < from + 120; i++)
		fprintf(f, "%s%lld", i > from ? "," : "", (long long)r->times[i]);
	fputc(']', f);
}

static void json_name(FILE *f, const char *s)
{
	/* made-up names hold no quote, backslash or control byte */
	fprintf(f, "\"%s\"", s);
}

static const char *account_name(const struct world *w, uint32_t account)
{
	return account == NOBODY       ? NULL
	       : account == NOBODY - 1 ? "root"
	       : account == NOBODY - 2 ? "vmail"
				       : w->account[account].name;
}

void truth_write(struct world *w)
{
	char path[600];
	uint64_t sum[5] = { 0 };
	FILE *f;
	const char *comma = "";

	snprintf(path, sizeof path, "%s/truth.json", w->dir);
	f = fopen(path, "w");
	if (!f)
		die("write", path);
	fprintf(f,
		"{\"mta\":\"%s\",\"seed\":%llu,\"start\":%lld,\"end\":%lld,\"zone\":\"%s\",\n "
		"\"senders\":[\n",
		w->mta == MTA_EXIM ? "exim" : "postfix", (unsigned long long)w->seed, (long long)w->start,
		(long long)(w->start + w->span / SECOND), w->zone);
	for (uint32_t i = 0; i < w->nrows; i++) {
		const struct row *r = &w->row[i];
		const char *account = account_name(w, r->account);

		if (!(r->messages | r->recipients | r->delivered | r->deferred | r->bounced))
			continue;
		fprintf(f, "%s  {\"kind\":\"%s\",\"id\":", comma, kind_name(r->kind));
		comma = ",\n";
		json_name(f, r->id);
		if (account) {
			fputs(",\"account\":", f);
			json_name(f, account);
		}
		fprintf(f,
			",\"messages\":%llu,\"recipients\":%llu,\"delivered\":%llu,\"deferred\":%llu,"
			"\"bounced\":%llu,\"culprit\":%s",
			(unsigned long long)r->messages, (unsigned long long)r->recipients,
			(unsigned long long)r->delivered, (unsigned long long)r->deferred,
			(unsigned long long)r->bounced, r->culprit ? "true" : "false");
		if (r->culprit)
			since_write(f, w, r);
		fputc('}', f);
		sum[0] += r->messages, sum[1] += r->recipients, sum[2] += r->delivered;
		sum[3] += r->deferred, sum[4] += r->bounced;
	}
	fprintf(f,
		"\n ],\n "
		"\"totals\":{\"messages\":%llu,\"recipients\":%llu,\"delivered\":%llu,\"deferred\":%llu,"
		"\"bounced\":%llu}}\n",
		(unsigned long long)sum[0], (unsigned long long)sum[1], (unsigned long long)sum[2],
		(unsigned long long)sum[3], (unsigned long long)sum[4]);
	if (fclose(f))
		die("write", path);
}
