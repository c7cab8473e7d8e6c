/* The table of DNS lists: any bytes are refused with a line, or give lists that can be asked. */
#include "repute/blocklists.h"
#include "base/err.h"
#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blocklists b = { .arena = arena_new() };
	struct list_key key = { SPAN("k"), SPAN("abc") };
	struct blocklist *list;
	struct err err = { 0 };

	if (blocklists_read(&b, span_of((const char *)data, size), "x", &err) == 0)
		blocklists_choose(&b, &key, 1, NULL, 0, &list);
	arena_free(b.arena);
	return 0;
}
