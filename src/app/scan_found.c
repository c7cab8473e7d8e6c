/*
 * scan_found - see scan_found.h.
 * TRUST: as there; a finding that lies beneath the folder that mailed explains it, and nothing more is concluded.
 */
#include "app/scan_found.h"

#include "store/scans.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define FINDINGS_MOST 1000
#define TOLD_MOST 10 /* of one incident */

size_t scan_found_all(const char *dir, struct arena *a, struct scan_finding **ret)
{
	struct buf note = BUF_MAX(2000);
	struct scans *scans;
	struct err err = { 0 };
	char path[PATH_MAX];
	size_t n = 0;

	/* nothing is made where nobody has scanned */
	if (!dir || (size_t)snprintf(path, sizeof(path), "%s/scan.db", dir) >= sizeof(path) ||
	    access(path, R_OK) < 0)
		return 0;
	if (scans_open(dir, &scans, &note, &err) == 0) {
		if (scans_found(scans, SPAN("/"), FINDINGS_MOST, a, ret, &n, &err) < 0)
			n = 0;
		scans_close(scans);
	}
	buf_free(&note);
	return n;
}

static bool beneath(struct span path, struct span folder)
{
	while (folder.n > 1 && folder.p[folder.n - 1] == '/')
		folder.n--;
	return folder.n > 1 && folder.p[0] == '/' && span_starts(path, folder) &&
	       (path.n == folder.n || path.p[folder.n] == '/');
}

/* The row of IN that mailed from where F lies, or from F itself; UINT32_MAX: none. */
static uint32_t row_of(const struct inquiry *q, const struct incident *in, const struct scan_finding *f)
{
	for (size_t i = 0; i < in->nrows; i++) {
		const struct row *r = &q->rows[in->rows[i]];

		if (r->kind == KIND_SCRIPT && beneath(f->path, r->id))
			return in->rows[i];
		for (size_t k = 0; k < r->nplaces; k++)
			if (beneath(f->path, r->places[k].path))
				return in->rows[i];
	}
	return UINT32_MAX;
}

static void insert(struct arena *a, struct moment **list, size_t *n, const struct moment *m)
{
	struct moment *all = arena_alloc(a, (*n + 2) * sizeof(*all));
	size_t at = 0;

	while (at < *n && (*list)[at].at <= m->at)
		at++;
	if (at)
		memcpy(all, *list, at * sizeof(*all));
	all[at] = *m;
	if (at < *n)
		memcpy(all + at + 1, *list + at, (*n - at) * sizeof(*all));
	*list = all;
	++*n;
}

static void tell(struct arena *a, struct incident *in, uint32_t row, const struct scan_finding *f)
{
	struct buf text = BUF_MAX(8192);
	struct moment m = { .at = f->ctime, .kind = SPAN("file"), .grade = 'A', .row = row };

	buf_span(&text, f->path);
	buf_addf(&text, ": %s (%s) by spamtrail scan", scan_class_name(f->class),
		 scan_verdict_name(f->verdict));
	if (f->reasons) {
		buf_str(&text, ": ");
		buf_span(&text, span_head(f->reason[0].text, 300));
	}
	m.text = arena_span(a, buf_view(&text));
	insert(a, &in->entry, &in->nentry, &m);
	insert(a, &in->timeline, &in->ntimeline, &m);
	buf_free(&text);
}

static void note_others(struct arena *a, struct inquiry *q, size_t n, const struct scan_finding *example)
{
	struct span *all = arena_alloc(a, (q->nnotes + 1) * sizeof(*all));
	struct buf text = BUF_MAX(8192);

	buf_addf(&text, "%zu malicious files found by the last scans belong to no incident here, such as ",
		 n);
	buf_span(&text, example->path);
	if (q->nnotes)
		memcpy(all, q->notes, q->nnotes * sizeof(*all));
	all[q->nnotes++] = arena_span(a, buf_view(&text));
	q->notes = all;
	buf_free(&text);
}

void scan_found_join(const char *dir, struct arena *a, struct inquiry *q)
{
	struct scan_finding *found = NULL;
	const struct scan_finding *example = NULL;
	size_t n = scan_found_all(dir, a, &found), others = 0;

	for (size_t i = 0; i < n; i++) {
		bool mine = false;

		for (size_t k = 0; k < q->nincidents; k++) {
			struct incident *in = &q->incidents[k];
			uint32_t row = row_of(q, in, &found[i]);
			size_t told = 0;

			for (size_t m = 0; m < in->nentry; m++)
				told += span_ends(in->entry[m].kind, SPAN("file"));
			mine |= row != UINT32_MAX;
			if (row != UINT32_MAX && told < TOLD_MOST)
				tell(a, in, row, &found[i]);
		}
		if (mine || found[i].verdict != SCAN_MALICIOUS)
			continue;
		example = example ? example : &found[i];
		others++;
	}
	if (others)
		note_others(a, q, others, example);
}
