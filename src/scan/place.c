/*
 * place - see place.h. Three things: code in a folder for uploads, a script that everybody may write to, and a
 * wp-config.php that brings in what is no script.
 *
 * Uploads: WordPress' wp-content/uploads, Drupal's sites/NAME/files, and "uploads" elsewhere where it is not part of a
 * program's own classes. An index.php that only keeps the list of files from being shown is everywhere and says nothing.
 * TRUST: as in place.h.
 */
#include "scan/place.h"

#include "base/arena.h"
#include "scan/directive.h"
#include "scan/includes.h"
#include "scan/php.h"
#include "sys/beneath.h"

/* A guard ("silence is golden", a redirect) has no more tokens than this. */
enum { GUARD_TOKENS = 12, INCLUDES_MOST = 16, OTHERS_WRITE = 0002 };

static bool runs_as(struct span ending)
{
	static const char *const ends[] = { "php",  "phtml", "phar", "php3", "php4",
					    "php5", "php7",  "php8", "pht" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (span_eq_nocase(ending, span_str(ends[i])))
			return true;
	return false;
}

bool place_runs(struct span path)
{
	ptrdiff_t dot = span_rfind(path, '.');

	return dot > 0 && runs_as(span_from(path, (size_t)dot + 1));
}

/* Opened are all but the last three. */
static const char *const packs[] = { "zip", "tar",  "tgz", "tbz", "tbz2", "txz", "tzst", "gz",
				     "bz2", "phar", "xz",  "zst", "jar",  "7z",	 "rar",	 "cpio" };

enum { PACKS = sizeof(packs) / sizeof(*packs), PACKS_OPENED = PACKS - 3 };

static bool ends_as(struct span path, size_t n)
{
	ptrdiff_t dot = span_rfind(path, '.');

	for (size_t i = 0; dot > 0 && i < n; i++)
		if (span_eq_nocase(span_from(path, (size_t)dot + 1), span_str(packs[i])))
			return true;
	return false;
}

bool place_packs(struct span path)
{
	return ends_as(path, PACKS);
}

bool place_opens(struct span path)
{
	return ends_as(path, PACKS_OPENED);
}

static void add(struct judgement *j, const char *rule, int weight, const char *text)
{
	if (j->reasons == REASONS_MOST)
		return;
	j->reason[j->reasons++] =
		(struct reason){ .rule = rule, .text = text, .weight = weight, .class = CLASS_CONFIG };
	j->score += weight;
	if (j->class == CLASS_NONE)
		j->class = CLASS_CONFIG;
}

static bool in_uploads(struct span path, const struct quick *q)
{
	ptrdiff_t sites = span_search(path, 0, SPAN("/sites/"));

	if (span_search(path, 0, SPAN("/wp-content/uploads/")) >= 0)
		return true;
	if (sites >= 0 && span_search(path, (size_t)sites, SPAN("/files/")) >= 0)
		return true;
	return span_search(path, 0, SPAN("/uploads/")) >= 0 && !q->classes && !q->namespaces;
}

/* What no honest wp-config.php brings in: a picture, a hidden file, something from a place for uploads or of everybody. */
static bool is_odd(struct span name)
{
	return !place_runs(name) || directive_hidden(name) || span_search(name, 0, SPAN("uploads/")) >= 0 ||
	       directive_everybody(name);
}

static bool is_up(struct span name)
{
	return span_starts(name, SPAN("../")) || span_starts(name, SPAN("./"));
}

/* The end of a name that was put together: nobody knows what stands in front. */
static bool is_ending(struct span name)
{
	return name.p[0] == '.' && name.n < 8 && !memchr(name.p, '/', name.n) &&
	       !memchr(name.p + 1, '.', name.n - 1) && runs_as(span_from(name, 1));
}

static void wp_config(const struct lexicon *words, struct span bytes, struct events *ev, struct judgement *j)
{
	struct include include[INCLUDES_MOST];
	size_t n = includes_of(words, bytes, ev->arena, include, INCLUDES_MOST);

	for (size_t i = 0; i < n; i++) {
		struct span name = include[i].name;
		struct event *e;

		while (is_up(name))
			name = span_from(name, name.p[1] == '/' ? 2 : 3);
		if (!name.n || is_ending(name) || !is_odd(name))
			continue;
		add(j, "config.wp.include", 100,
		    "wp-config.php brings in a file that is no script of a site");
		if (ev->texts == 0)
			event_text(ev, bytes);
		e = events_add(ev);
		if (e) {
			e->at = include[i].at;
			j->reason[j->reasons - 1].event = ev->n;
		}
		return;
	}
}

void place_judge(const struct lexicon *words, struct span path, const struct file_status *st,
		 const struct quick *q, struct span bytes, struct events *ev, struct judgement *j)
{
	if (!q->php)
		return;
	if (span_ends(path, SPAN("/wp-config.php")))
		wp_config(words, bytes, ev, j);
	if (!place_runs(path))
		return;
	if (in_uploads(path, q) && q->tokens > GUARD_TOKENS)
		add(j, "config.uploads", 50, "a script lies where only uploads belong");
	/* by itself it is worth a word; it makes nothing worse than it is */
	if (st->mode & OTHERS_WRITE)
		add(j, "config.writable", j->score < 50 ? 50 : 0,
		    "every user of this server may write to this script");
	if (j->score >= 100)
		j->verdict = SCAN_MALICIOUS;
	else if (j->score >= 50 && j->verdict == SCAN_CLEAN)
		j->verdict = SCAN_SUSPICIOUS;
}
