/* A whole message through GMime, as spamtrail-mime reads it, or a report in JSON: packed and unpacked again. */
#include "base/buf.h"
#include "mime/bounce.c"
#include "mime/parts.c"
#include "mime/whole.c"
#include "mime/xarf.c"

#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	g_mime_init();
	return 0;
}

static bool read_one(struct arena *a, struct span bytes, struct complaint *c)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.p, bytes.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	if (message && !parts_no_mail(message)) {
		parts_missing(message, bytes);
		parts_read(a, message, c);
	} else {
		parts_read_text(a, bytes, c);
	}
	if (message)
		g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of((const char *)data, size);
	struct buf packed = BUF_MAX(64u << 20);
	struct complaint c = { .number = 1 }, again;
	struct arena *a = arena_new();

	if ((size && data[0] == '{') ? xarf_read(a, bytes, &c) : read_one(a, bytes, &c)) {
		complaint_pack(&c, &packed);
		if (complaint_unpack(a, buf_view(&packed), &again, NULL) < 0)
			abort();
	}
	buf_free(&packed);
	arena_free(a);
	return 0;
}
