/*
 * whole - is it mail, and is all of it there: a message that was cut on its way says less than was sent, and nobody would
 * miss what it does not say.
 *
 * Only what shows for sure. A text without a line's end at its end may be as it was saved, and a part inside that does not end
 * may be as its writer made it: who cuts cuts at the end.
 *
 * TRUST: every byte.
 */
#include "mime/parts.h"

static bool has_field(GMimeMessage *message, const char *name)
{
	return g_mime_header_list_get_header(g_mime_object_get_header_list(GMIME_OBJECT(message)), name) !=
	       NULL;
}

bool parts_no_mail(GMimeMessage *message)
{
	static const char *const fields[] = { "From",
					      "Date",
					      "Received",
					      "To",
					      "Subject",
					      "Message-ID",
					      "Return-Path",
					      "MIME-Version",
					      "X-Failed-Recipients",
					      "X-HmXmrOriginalRecipient" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (has_field(message, fields[i]))
			return false;
	return true;
}

/* Behind the first empty line. */
static bool body_of(struct span bytes, struct span *ret)
{
	for (size_t at = 0; at < bytes.n;) {
		ptrdiff_t end = span_find(bytes, at, '\n');
		struct span line = end < 0 ? span_from(bytes, at) : span_of(bytes.p + at, (size_t)end - at);

		at += line.n + (end >= 0);
		if (line.n == 0 || span_eq(line, SPAN("\r"))) {
			*ret = span_from(bytes, at);
			return true;
		}
	}
	return false;
}

/* RFC 2045 6.8: four letters are three bytes, and the last four are filled up. */
static bool is_half_base64(struct span body)
{
	size_t letters = 0;

	for (size_t i = 0; i < body.n; i++)
		letters += body.p[i] > ' ';
	return letters % 4 != 0;
}

const char *parts_missing(GMimeMessage *message, struct span bytes)
{
	GMimeObject *top = g_mime_message_get_mime_part(message);
	struct span body;

	if (!body_of(bytes, &body))
		return "cut off in its head";
	if (GMIME_IS_MULTIPART(top) && !GMIME_MULTIPART(top)->write_end_boundary)
		return "cut off within its parts";
	if (GMIME_IS_PART(top) &&
	    g_mime_part_get_content_encoding(GMIME_PART(top)) == GMIME_CONTENT_ENCODING_BASE64 &&
	    is_half_base64(body))
		return "cut off in its text";
	return "";
}
