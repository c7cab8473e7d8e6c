/* fuzz_php - PHP's mail.log. */
#include "fuzz_logins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const tags[] = { "php-fpm", NULL };

	return fuzz_line(php_line, tags, sizeof(tags) / sizeof(*tags), data, size);
}
