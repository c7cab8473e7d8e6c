/*
 * texts - see texts.h.
 * TRUST: the operator's files; what is filled in is not, and that is letter.c's matter.
 */
#include "app/texts.h"

#include "app/config.h"
#include "app/helper.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define TEXT_MOST (256u << 10) /* limit report, bytes: of one template */

int texts_load(const char *folder, const char *name, struct arena *a, struct span *ret_text,
	       const char **ret_path, struct err *err)
{
	char path[PATH_MAX], beside[300];
	struct buf text = BUF_MAX(TEXT_MOST);
	bool others;
	int rc;

	snprintf(beside, sizeof(beside), "rules/texts/%s.txt", name);
	snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
	if (access(path, F_OK) < 0 && (!helper_beside(path, sizeof(path), beside) || access(path, R_OK) < 0))
		snprintf(path, sizeof(path), "%s/texts/%s.txt", SPAMTRAIL_DATA, name);
	rc = config_read_file(path, &text, &others, err);
	*ret_text = arena_span(a, buf_view(&text));
	*ret_path = arena_str(a, span_str(path));
	buf_free(&text);
	return rc;
}
