/*
 * why - the raw lines behind every claim of an incident: file, line number, byte offset, grade.
 */
#ifndef SPAMTRAIL_REPORT_WHY_H
#define SPAMTRAIL_REPORT_WHY_H

#include "model/inquiry.h"
#include "report/screen.h"
#include "report/sink.h"

/* What "1123a" or "1123a.2" names. N = 0: all claims. */
struct why_target {
	const struct incident *incident;
	uint64_t n;
};

/* EXIT_USAGE (and what there is instead) when the inquiry holds no such incident or claim. */
int why_find(const struct inquiry *q, struct span name, struct why_target *ret_target, struct err *err);

/*
 * T as why_find gave it for the same Q. Nothing fails; the sink keeps a failed write. ZONE: ROOT's, NULL =
 * UTC.
 */
void why_text(struct sink *s, const struct inquiry *q, const struct why_target *t,
	      const struct screen *screen);
/* One line a raw line: incident.n, grade, file, line, offset, text; behind them "unseen" and text (plain.h). */
void why_plain(struct sink *s, const struct inquiry *q, const struct why_target *t);
void why_json(struct sink *s, const struct inquiry *q, const struct why_target *t, const struct zone *zone);

#endif
