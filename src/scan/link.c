/*
 * link - see link.h. Targets are resolved by text alone: dots and slashes, no further links.
 * TRUST: as there; a target is at most a path's length.
 */
#include "scan/link.h"

#include "scan/directive.h"
#include "scan/place.h"
#include "sys/beneath.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

struct spelt {
	size_t n;
	char path[2 * PATH_MAX]; /* absolute, no slash at its end; "" is the root */
};

/* False: no room. */
static bool go(struct spelt *to, struct span part)
{
	if (part.n == 0 || span_eq(part, SPAN(".")))
		return true;
	if (span_eq(part, SPAN(".."))) {
		while (to->n && to->path[--to->n] != '/')
			;
		return true;
	}
	if (to->n + part.n + 2 > sizeof(to->path))
		return false;
	to->path[to->n++] = '/';
	memcpy(to->path + to->n, part.p, part.n);
	to->n += part.n;
	return true;
}

static bool go_all(struct spelt *to, struct span path)
{
	bool good = true;

	while (path.n && good) {
		ptrdiff_t slash = span_find(path, 0, '/');

		good = go(to, slash < 0 ? path : span_head(path, (size_t)slash));
		path = slash < 0 ? SPAN_NONE : span_from(path, (size_t)slash + 1);
	}
	return good;
}

/* Where PATH's link to TARGET ends, as the server sees it. */
static bool resolve(struct span place, struct span path, struct span target, struct spelt *to)
{
	ptrdiff_t slash = span_rfind(path, '/');

	to->n = 0;
	if (target.p[0] == '/')
		return go_all(to, target);
	return go_all(to, place) && go_all(to, slash < 0 ? SPAN_NONE : span_head(path, (size_t)slash)) &&
	       go_all(to, target);
}

/* What is left of PATH beneath PLACE, or {NULL}: it lies elsewhere. */
static struct span beneath(struct span path, struct span place)
{
	while (place.n && place.p[place.n - 1] == '/')
		place.n--;
	if (!span_starts(path, place) || (path.n > place.n && path.p[place.n] != '/'))
		return SPAN_NONE;
	return span_from(path, path.n > place.n ? place.n + 1 : place.n);
}

/* A chain of links: where it ends is not known. */
static bool is_link(int top, const char *path)
{
	int fd = *path ? below_open(top, path, false) : -1;
	bool link = fd < 0 && errno == ELOOP;

	if (fd >= 0)
		close(fd);
	return link;
}

const char *link_leads(int top, struct span place, int dirfd, const char *name, struct span path,
		       bool *ret_harmless)
{
	char target[PATH_MAX];
	ssize_t n = below_link(dirfd, name, target, sizeof(target));
	struct spelt to;
	struct span end, rest;

	*ret_harmless = true;
	/* a kernel or a caller that may not ask: then it is as it always was */
	if (n <= 0 || !place.n || place.p[0] != '/')
		return "a link, not followed";
	if ((size_t)n == sizeof(target) || !resolve(place, path, span_of(target, (size_t)n), &to)) {
		*ret_harmless = false;
		return "a link that leads too far, not followed";
	}
	end = span_of(to.path, to.n);
	to.path[to.n] = '\0';
	rest = beneath(end, place);
	*ret_harmless = rest.p && (!place_runs(path) || !is_link(top, rest.p));
	if (*ret_harmless)
		return "a link, not followed";
	if (rest.p)
		return "a script's link to another link, not followed";
	/* who looks at such a place itself is told of what else leads out */
	if (directive_everybody(end) && !directive_everybody(place))
		return "a link to a place where anybody may write, not followed: look there";
	if (place_runs(path))
		return "a link that leads out of this folder to a script, not followed: look there";
	*ret_harmless = true;
	return "a link, not followed";
}
