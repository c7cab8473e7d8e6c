/*
 * scan - findings as flat bytes and back.
 * TRUST: what is unpacked was packed by a process that has read hostile files: lengths and enums are checked here, texts
 * are only ever shown.
 */
#include "model/scan.h"

#include "base/codec.h"

const char *scan_verdict_name(enum scan_verdict v)
{
	static const char *const names[SCAN_VERDICTS] = { "clean", "suspicious", "malicious" };

	return names[v < SCAN_VERDICTS ? v : SCAN_CLEAN];
}

const char *scan_class_name(enum scan_class c)
{
	static const char *const names[SCAN_CLASSES] = { "none",     "mailer",	 "credential_mailer",
							 "webshell", "uploader", "dropper",
							 "backdoor", "doorway",	 "obfuscated",
							 "config",   "signature" };

	return names[c < SCAN_CLASSES ? c : CLASS_NONE];
}

static void code_step(struct codec *c, struct scan_step *s)
{
	code_u32(c, &s->line);
	code_u32(c, &s->column);
	code_u32(c, &s->layer);
	code_span(c, &s->what);
	code_span(c, &s->code);
}

static void code_reason(struct codec *c, struct scan_reason *r)
{
	code_span(c, &r->rule);
	code_span(c, &r->text);
	code_u32(c, &r->line);
	code_u32(c, &r->column);
	code_u32(c, &r->layer);
	code_span(c, &r->code);
	code_span(c, &r->decoded);
	code_f64(c, &r->weight);
	CODE_LIST(c, r->step, r->steps, 20, code_step);
}

void code_scan_finding(struct codec *c, struct scan_finding *f)
{
	code_span(c, &f->path);
	f->verdict = (enum scan_verdict)code_enum(c, f->verdict, SCAN_VERDICTS);
	f->class = (enum scan_class)code_enum(c, f->class, SCAN_CLASSES);
	code_f64(c, &f->score);
	code_span(c, &f->sha256);
	code_u64(c, &f->size);
	code_time(c, &f->mtime);
	code_time(c, &f->ctime);
	code_u32(c, &f->uid);
	CODE_LIST(c, f->reason, f->reasons, 40, code_reason);
	CODE_LIST(c, f->engine, f->engines, 4, code_span);
	f->rank = (enum scan_rank)code_enum(c, f->rank, SCAN_RANKS);
}
