/* fixture_mail - see fixture_mail.c. */
#ifndef TEST_REPORT_FIXTURE_MAIL_H
#define TEST_REPORT_FIXTURE_MAIL_H

#include "report/complaints.h"

struct arena;
struct reputation;

struct reputation *fixture_reputation(struct arena *a, struct span foreign);
struct complaints *fixture_complaints(struct arena *a, struct span foreign);

#endif
