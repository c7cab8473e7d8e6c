/*
 * letters - what is known of an incident, by the names that templates use (rules/texts/README), and the XARF report that
 * goes with the letter to a stolen login's network.
 *
 * TRUST: all texts are foreign spans (logs, journal, other servers' words); letter.h shows them.
 */
#ifndef SPAMTRAIL_REPORT_LETTERS_H
#define SPAMTRAIL_REPORT_LETTERS_H

#include "model/inquiry.h"
#include "report/letter.h"

struct blocklist;
struct jsonw;
struct store_listing;
struct zone;

/* An action of the journal that is done. */
struct letter_deed {
	int64_t at;
	struct span what, sender; /* "auth info@shop.example", as a plan calls its sender */
};

enum point_state { POINT_CLOSED, POINT_OPEN, POINT_UNKNOWN, POINT_STATES };

/* One thing that must be so before the cause is gone. */
struct letter_point {
	enum point_state state; /* unknown counts as open */
	struct span text;
	struct span advice; /* for the administrator alone: letters go to others */
};

struct letter_facts {
	const struct inquiry *q;
	const struct incident *in;
	const struct zone *zone;
	struct span organization, contact;
	const struct letter_deed *deeds;
	size_t ndeeds; /* oldest first */
	const struct letter_point *points;
	size_t npoints;
	const struct span *addresses;
	size_t naddresses; /* this server sends from */
	const struct blocklist *lists;
	size_t nlists;
	const struct store_listing *listings;
	size_t nlistings; /* listed, as far as is known */
	uint64_t complaints;
	bool forced;
};

/* A word of ours. */
const char *point_state_name(enum point_state state);
bool letters_open(const struct letter_facts *f);

/* One customer's: of the same account; whose account is not known is a customer by himself. */
bool letters_same_customer(const struct row *x, const struct row *y);
/* L is new. CUSTOMER: only that row's customer's senders and what was done about them; NULL: all of the incident. */
void letters_incident(struct letter *l, struct arena *a, const struct letter_facts *f,
		      const struct row *customer);
/* Adds whose mail was refused: ROW, not one of the incident's. False: nothing of his was. */
bool letters_affected(struct letter *l, const struct letter_facts *f, uint32_t row);
/* Adds the address that a stolen login was used from. */
void letters_login(struct letter *l, const struct letter_facts *f, const struct row *row,
		   const struct client *client);

/*
 * XARF 4.2, connection/login_attack: one object. Its id is the same for the same incident and address, so that who gets
 * it twice can tell.
 */
void xarf_login(struct jsonw *w, const char *key, const struct letter_facts *f, const struct row *row,
		const struct client *client);

#endif
