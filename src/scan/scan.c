/*
 * scan - see scan.h: the first look, then the engine, then what the finding says and proves.
 * TRUST: everything told is cut to a length; nothing is shown here.
 */
#include "scan/scan.h"

#include "base/arena.h"
#include "scan/config.h"
#include "scan/lex.h"
#include "scan/php.h"

#include <nettle/sha2.h>

/*
 * What a finding shows at most: bytes of a line (about two of a terminal's), bytes of a decoded text (a
 * screen of it), steps of a proof. A finding crosses a channel with a ceiling of its own, so none of them
 * may follow the file's size.
 */
enum { CODE_MOST = 160, DECODED_MOST = 1200, STEPS_TOLD = 24 };

static struct span sum_of(struct arena *a, struct span bytes)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t sum[SHA256_DIGEST_SIZE];
	char *hex = arena_alloc(a, 2 * sizeof(sum));
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, bytes.n, (const uint8_t *)bytes.p);
	sha256_digest(&ctx, sizeof(sum), sum);
	for (size_t i = 0; i < sizeof(sum); i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
	return span_of(hex, 2 * sizeof(sum));
}

/*
 * The line around AT, cut where it is long. A quarter of the room is for what stands in front of AT:
 * packed files have one line of a megabyte, and the call is what has to be seen.
 */
static struct span line_at(struct span text, uint32_t at)
{
	struct span before = span_head(text, at), rest = span_from(text, at);
	ptrdiff_t start = span_rfind(before, '\n'), end = span_find(rest, 0, '\n');
	size_t from = (size_t)(start + 1), to = end < 0 ? text.n : at + (size_t)end;

	if (at - from > CODE_MOST / 4)
		from = at - CODE_MOST / 4;
	return span_trim(span_head(span_from(text, from), to - from < CODE_MOST ? to - from : CODE_MOST));
}

static void tell_place(const struct events *ev, uint32_t text, uint32_t at, uint32_t *line, uint32_t *column,
		       uint32_t *layer, struct span *code)
{
	if (text >= ev->texts)
		return;
	lex_place(ev->text[text], at, line, column);
	*layer = text;
	*code = line_at(ev->text[text], at);
}

/*
 * First step first. The chain is walked from its end: where it is longer than is told, the steps next to
 * the harm are the ones kept.
 */
static void tell_steps(struct arena *a, const struct events *ev, uint32_t last, struct scan_reason *r)
{
	uint32_t way[STEPS_TOLD], n = 0;

	for (uint32_t s = last; s && s < ev->steps && n < STEPS_TOLD; s = ev->step[s].before)
		way[n++] = s;
	r->step = arena_alloc(a, (n + 1) * sizeof(*r->step));
	r->steps = n;
	for (uint32_t i = 0; i < n; i++) {
		const struct step *from = &ev->step[way[n - 1 - i]];
		struct scan_step *to = &r->step[i];

		to->what = span_str(from->what);
		tell_place(ev, from->text, from->at, &to->line, &to->column, &to->layer, &to->code);
	}
}

/* The place, the way there, and the text that nobody could read in the file. */
static void tell_reason(struct arena *a, const struct events *ev, const struct reason *from,
			struct scan_reason *to)
{
	const struct event *e = from->event ? &ev->event[from->event - 1] : NULL;

	*to = (struct scan_reason){ .rule = span_str(from->rule),
				    .text = span_str(from->text),
				    .weight = from->weight / 10.0 };
	if (!e)
		return;
	tell_place(ev, e->text, e->at, &to->line, &to->column, &to->layer, &to->code);
	tell_steps(a, ev, e->step, to);
	if (e->content.n && e->marks & M_DECODED)
		to->decoded = span_head(e->content, DECODED_MOST);
	else if (e->text && e->text < ev->texts)
		to->decoded = span_head(ev->text[e->text], DECODED_MOST);
}

/*
 * One sentence, for the limit that says most about the file: layers are built on purpose, steps run out
 * in honest files, too. A limit of tokens is told as one of steps.
 */
static const char *limit_text(uint32_t limits)
{
	if (limits & LIMIT_LAYERS)
		return "decoded as deep as the limit allows, not to its end";
	if (limits & LIMIT_BYTES)
		return "it needs more memory than the limit allows";
	if (limits & LIMIT_DEPTH)
		return "nested deeper than the limit allows";
	return "it takes more steps than the limit allows";
}

/* Years 1970 to 9999: the owner may set any time, and a date has to have room in every output. */
static int64_t sane(int64_t t)
{
	return t < 0 ? 0 : t > INT64_C(253402300799) ? INT64_C(253402300799) : t;
}

/* The owner sets mtime, the kernel ctime: both are told. */
static void common(const struct walk_file *f, struct arena *a, struct scan_finding *ret)
{
	ret->path = f->path;
	ret->size = f->status->size;
	ret->mtime = sane(f->status->mtime);
	ret->ctime = sane(f->status->ctime);
	ret->uid = f->status->uid;
	/* the sum of a part would be compared with sums of whole files */
	if (f->whole)
		ret->sha256 = sum_of(a, f->bytes);
}

/*
 * Stable, so that reasons of one weight stay in the order of the file: two runs tell the same.
 * REASONS_MOST keeps the square small.
 */
static void heaviest_first(struct scan_finding *f)
{
	for (size_t i = 1; i < f->reasons; i++)
		for (size_t j = i; j > 0 && f->reason[j].weight > f->reason[j - 1].weight; j--) {
			struct scan_reason r = f->reason[j];

			f->reason[j] = f->reason[j - 1];
			f->reason[j - 1] = r;
		}
}

/* Configuration by its name, everything else by what is in it, whatever it is called. */
bool scan_file(const struct lexicon *words, const struct walk_file *f, struct arena **ret_arena,
	       struct scan_finding *ret_finding, const char **ret_why)
{
	struct judgement j = { 0 };
	struct events ev = { 0 };
	struct quick q;
	struct arena *a;
	bool config = config_named(f->path);

	*ret_why = NULL;
	if (!config) {
		quick_look(words, f->bytes, &q);
		/* most files end here; no arena is made for them */
		if (!quick_suspects(&q))
			return false;
	}
	a = arena_new();
	*ret_arena = a;
	*ret_finding = (struct scan_finding){ .verdict = SCAN_CLEAN };
	if (config) {
		config_judge(f->path, f->bytes, a, &ev, &j);
	} else {
		php_judge(words, &q, f->bytes, a, &ev, &j);
		if (j.limits)
			*ret_why = limit_text(j.limits);
	}
	if (j.verdict != SCAN_CLEAN) {
		common(f, a, ret_finding);
		ret_finding->verdict = j.verdict;
		ret_finding->class = j.class;
		ret_finding->score = j.score / 10.0;
		ret_finding->reason = arena_alloc(a, (j.reasons + 1) * sizeof(*ret_finding->reason));
		ret_finding->reasons = j.reasons;
		for (uint32_t i = 0; i < j.reasons; i++)
			tell_reason(a, &ev, &j.reason[i], &ret_finding->reason[i]);
		heaviest_first(ret_finding);
	}
	return j.verdict != SCAN_CLEAN || *ret_why;
}
