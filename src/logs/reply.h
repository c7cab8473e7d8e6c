/*
 * reply - what a refusal text says about the recipient or about us: unknown user, or refused as spam.
 *
 * Shared by the Exim and Postfix dialects; only texts of deferred, bounced and rejected mail come here.
 */
#ifndef SPAMTRAIL_LOGS_REPLY_H
#define SPAMTRAIL_LOGS_REPLY_H

#include "base/span.h"

/*
 * EVF_UNKNOWN_RCPT, EVF_SPAM or 0, never both. DSN is the enhanced status code (RFC 3463) as its text
 * ("5.1.1"), p == NULL when there is none. Reads at most the first 600 bytes of TEXT, once.
 */
uint16_t reply_classify(struct span text, struct span dsn);

#endif
