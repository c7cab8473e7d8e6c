/* fuzz_web - access and error logs. */
#include "fuzz_logins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const tags[] = { "nginx", NULL };

	return fuzz_line(web_line, tags, sizeof(tags) / sizeof(*tags), data, size);
}
