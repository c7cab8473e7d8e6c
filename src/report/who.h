/*
 * who - words for a sender: what he is called, how sure we are, what else would explain a suspect.
 * Shared by the screen, the HTML page and why, so that they call the same thing by the same word.
 *
 * All texts are constants: nobody's to free, none of them foreign.
 */
#ifndef SPAMTRAIL_REPORT_WHO_H
#define SPAMTRAIL_REPORT_WHO_H

#include "model/inquiry.h"

/* HIGH, MEDIUM, LOW (contract: 0.9 and 0.6). */
const char *who_confidence(double confidence);
/* Sends mail of this server's own making: may be accused, and may be the highest sender. */
bool who_is_local(enum sender_kind kind);

/* Two explanations that fit a suspect, and what tells them apart. */
struct doubt {
	const char *innocent, *guilty, *tell;
};
/* By the reason that adds most to R's sum; never NULL, a general one where none is known. */
const struct doubt *who_doubt(const struct row *r);

#endif
