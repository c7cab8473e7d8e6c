/* fixture_mail - see fixture_mail.c. */
#ifndef TEST_REPORT_FIXTURE_MAIL_H
#define TEST_REPORT_FIXTURE_MAIL_H

#include "report/complaints.h"

struct arena;
struct reputation;
struct signs;

struct reputation *fixture_reputation(struct arena *a, struct span foreign);
struct complaints *fixture_complaints(struct arena *a, struct span foreign);
/* One sign of each state, FOREIGN wherever somebody else's text can stand. */
struct signs *fixture_signs(struct arena *a, struct span foreign);

#endif
