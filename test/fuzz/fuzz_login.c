/* fuzz_login - sshd and its file transfer. */
#include "fuzz_logins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const tags[] = { "sshd", "internal-sftp", "sftp-server" };

	return fuzz_line(ssh_line, tags, sizeof(tags) / sizeof(*tags), data, size);
}
