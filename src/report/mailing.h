/*
 * mailing - letters as they are printed: one after the other as text, as one HTML page, or as JSON with both and the
 * XARF report of each; and the gate, that is what is still open.
 *
 *   plain: letter  name to subject contact; point  state text; unseen  text
 */
#ifndef SPAMTRAIL_REPORT_MAILING_H
#define SPAMTRAIL_REPORT_MAILING_H

#include "report/letters.h"
#include "report/screen.h"
#include "report/sink.h"

struct mailing {
	struct span to;            /* for whom: an account, an address; foreign */
	struct span contact;       /* where to send it, as far as is known; foreign */
	struct span subject, text, html; /* filled in: clean */
	struct span xarf;          /* JSON of ours, or empty */
};

struct mailings {
	const char *name;          /* "customer"; NULL: only the gate is shown */
	const struct letter_facts *facts;
	const struct mailing *list; size_t n;
	bool gated, refused;       /* the letter waits for the gate; it was not printed */
	struct span *unseen;       size_t nunseen;
	struct span again;         /* flags that the next command repeats, quoted for a shell */
};

void mailings_text(struct sink *s, const struct mailings *m, const struct screen *screen);
void mailings_json(struct sink *s, const struct mailings *m);
void mailings_plain(struct sink *s, const struct mailings *m);
/* One page with all letters; nothing in it runs or loads. */
void mailings_html(struct sink *s, const struct mailings *m);

#endif
