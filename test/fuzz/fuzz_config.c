/* A configuration file: read or refused with its line; what was read can be shown. */
#include "app/config.c"
#include "app/config_value.c"
#include "app/suggest.c"

#include <stdlib.h>

static void see(void *owner, const char *section, const char *key, const char *value,
		const struct origin *origin)
{
	size_t *n = owner;

	*n += strlen(section) + strlen(key) + strlen(value) + origin->line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { 0 };
	struct config c;
	size_t n = 0;

	config_defaults(&c);
	if (config_parse(&c, span_of((const char *)data, size), "f", &err) < 0 &&
	    (err.code != EXIT_CONFIG || strncmp(err.text, "f:", 2) != 0))
		abort();
	config_each(&c, see, &n);
	config_free(&c);
	return 0;
}
