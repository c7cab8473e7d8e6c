/* A configuration file: read or refused with its line; what was read can be shown. A check finds something wrong where a reading
 * does, and that first. */
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
	struct config_mistake mistakes[MISTAKES_KEPT];
	struct err err = { 0 }, last = { 0 };
	struct config c, all;
	size_t n = 0;
	int rc;

	config_defaults(&c);
	config_defaults(&all);
	all.mistakes = mistakes;
	rc = config_parse(&c, span_of((const char *)data, size), "f", &err);
	if (rc < 0 && (err.code != EXIT_CONFIG || strncmp(err.text, "f:", 2) != 0))
		abort();
	if (config_parse(&all, span_of((const char *)data, size), "f", &last) != rc ||
	    (rc == 0) != (all.nmistakes == 0) || (all.nmistakes && strcmp(mistakes[0].text, err.text) != 0))
		abort();
	config_each(&c, see, &n);
	config_free(&c);
	config_free(&all);
	return 0;
}
