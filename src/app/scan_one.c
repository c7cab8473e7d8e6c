/*
 * scan_one - see scan_one.h.
 * TRUST: as verb_scan.c: findings were checked in form, and their texts are foreign.
 */
#include "app/scan_one.h"

#include "app/beside.h"
#include "app/scan_targets.h"
#include "app/scanning.h"

#include <stdlib.h>

static int scan(struct scanning *s, struct err *err)
{
	struct scan_targets targets;
	int rc = scan_targets_find(s, &targets, err);

	for (size_t i = 0; rc == 0 && i < targets.n; i++)
		rc = scanning_folder(s, &targets.target[i], err);
	return rc;
}

int scan_one(const struct options *o, const char *path, struct arena *a, struct scan_report *ret,
	     bool *ret_whole, struct err *err)
{
	char *args[] = { (char *)path, NULL };
	/* neither --since nor an incident of O's is meant for the scanner */
	const struct options own = { .root = o->root,
				     .config = o->config,
				     .unconfined = o->unconfined,
				     .quiet = true,
				     .args = args,
				     .nargs = 1 };
	struct scanning s = { .o = &own };
	int rc = root_open(o->root ? o->root : "/", &s.root, err);

	if (rc < 0)
		return rc;
	s.arena = a;
	s.rule_arena = arena_new();
	s.now = clock_seconds(&s.clock);
	s.progress = progress_new(-1, true, (uint64_t)clock_steady_micros(&s.clock));
	rc = config_load(&s.config, o->config, err);
	if (rc == 0) {
		scan_rules_read(&s);
		s.beside = beside_new(&s);
	}
	if (rc == 0)
		rc = scan(&s, err);
	if (rc == 0)
		beside_join(s.beside, &s);
	scanning_sort(&s);
	*ret = s.r;
	ret->finding = arena_alloc(a, (s.r.findings + 1) * sizeof(*ret->finding));
	if (s.r.findings)
		memcpy(ret->finding, s.r.finding, s.r.findings * sizeof(*ret->finding));
	*ret_whole = !s.incomplete;
	progress_end(&s.progress);
	beside_free(s.beside);
	config_free(&s.config);
	free(s.r.finding);
	free(s.r.skip);
	free(s.r.note);
	free(s.rule);
	arena_free(s.rule_arena);
	root_close(&s.root);
	return rc;
}
