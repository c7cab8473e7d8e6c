/* fuzz_ftp - FTP servers and xferlog. */
#include "fuzz_logins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const tags[] = { "pure-ftpd", "proftpd", "vsftpd", NULL };

	return fuzz_line(ftp_line, tags, sizeof(tags) / sizeof(*tags), data, size);
}
