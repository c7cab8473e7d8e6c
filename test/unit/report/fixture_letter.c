/* fixture_letter - see fixture_letter.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fixture_letter.h"

#include "fixture.h"
#include "repute/blocklists.h"
#include "store/store.h"
#include "unit/report/source_dir.h"

const char *const letter_names[LETTERS] = { "customer",	    "abuse-desk", "affected",
					    "login-source", "delist",	  "resolution" };

struct span fixture_template(struct arena *a, const char *name)
{
	struct buf text = BUF_MAX(1u << 20), path = BUF_MAX(4096);
	struct span s;
	char piece[4096];
	size_t n;
	FILE *f;

	buf_addf(&path, "%s/../../../../rules/texts/%s.txt", SCREENS, name);
	buf_byte(&path, '\0');
	f = fopen(path.p, "rb");
	if (!f)
		fail_msg("no %s", path.p);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(&text, piece, n);
	fclose(f);
	s = arena_span(a, buf_view(&text));
	buf_free(&text);
	buf_free(&path);
	return s;
}

struct letter_facts *fixture_letter_facts(struct arena *a, struct span f)
{
	struct letter_facts *l = arena_alloc(a, sizeof(*l));
	struct inquiry *q = fixture_hostile(a, f);
	struct letter_deed *deeds = arena_alloc(a, sizeof(*deeds));
	struct letter_point *points = arena_alloc(a, 2 * sizeof(*points));
	struct store_listing *listings = arena_alloc(a, sizeof(*listings));
	struct blocklist *lists = arena_alloc(a, sizeof(*lists));
	struct span *address = arena_alloc(a, sizeof(*address));
	uint32_t other = (uint32_t)q->nrows - 1;

	*deeds = (struct letter_deed){ q->now, f, f };
	points[0] = (struct letter_point){ POINT_OPEN, f, f };
	points[1] = (struct letter_point){ POINT_CLOSED, f, SPAN_NONE };
	*listings = (struct store_listing){ .address = f, .list = f, .listed = true, .since = q->now };
	*lists = (struct blocklist){
		.shown = f, .name = f, .remove = f, .who = f, .lasts = f, .form = f, .note = f
	};
	*address = f;
	q->refusals = arena_alloc(a, sizeof(*q->refusals));
	*q->refusals = (struct refusal){ f, f, 7, q->now, f };
	q->nrefusals = 1;
	q->refused = arena_alloc(a, sizeof(*q->refused));
	*q->refused = (struct refused){
		.row = other, .messages = 7, .first = q->now - 60, .last = q->now, .recipient = f
	};
	q->nrefused = 1;
	*l = (struct letter_facts){ .q = q,
				    .in = &q->incidents[0],
				    .organization = f,
				    .contact = f,
				    .deeds = deeds,
				    .ndeeds = 1,
				    .points = points,
				    .npoints = 2,
				    .addresses = address,
				    .naddresses = 1,
				    .lists = lists,
				    .nlists = 1,
				    .listings = listings,
				    .nlistings = 1,
				    .complaints = 3,
				    .forced = true };
	return l;
}

struct letter *fixture_letter(struct arena *a, const struct letter_facts *f, const char *name)
{
	struct letter *l = arena_alloc(a, sizeof(*l));
	const struct row *r = &f->q->rows[f->in->rows[0]];
	const struct client client = { .ip = r->nclients ? r->clients[0].ip : r->id, .messages = 5 };

	letters_incident(l, a, f, NULL);
	if (strcmp(name, "affected") == 0)
		assert_true(letters_affected(l, f, f->q->refused[0].row));
	if (strcmp(name, "login-source") == 0)
		letters_login(l, f, r, &client);
	return l;
}
