/* fuzz_dovecot - Dovecot and saslauthd lines: no field leaves its line. */
#include "fuzz_logins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const tags[] = { "dovecot", "saslauthd", "imap-login", "auth-worker", NULL };

	return fuzz_line(dovecot_line, tags, sizeof(tags) / sizeof(*tags), data, size);
}
