/*
 * scan - see scan.h: the first look, then the engine, then what the finding says and proves.
 * TRUST: everything told is cut to a length; nothing is shown here.
 */
#include "scan/scan.h"

#include "base/arena.h"
#include "base/buf.h"
#include "scan/config.h"
#include "scan/lex.h"
#include "scan/directive.h"
#include "scan/php.h"
#include "scan/phar.h"
#include "scan/place.h"
#include "scan/sigs.h"

#include <limits.h>
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

/* PATH as the server sees it. */
static struct span whole_path(const struct scan_rules *rules, struct span path, char *room, size_t size)
{
	size_t n = rules->place.n;

	if (n + path.n + 1 > size)
		return path;
	if (n)
		memcpy(room, rules->place.p, n);
	if (n == 0 || room[n - 1] != '/')
		room[n++] = '/';
	memcpy(room + n, path.p, path.n);
	return span_of(room, n + path.n);
}

static void add_signature(struct arena *a, struct scan_finding *f, struct span name)
{
	struct buf text = BUF_MAX(600), engine = BUF_MAX(600);

	buf_addf(&text, "a signature names it: %.*s", (int)span_head(name, 200).n, name.p);
	buf_addf(&engine, "signatures:%.*s", (int)span_head(name, 200).n, name.p);
	f->reason[f->reasons++] = (struct scan_reason){ .rule = SPAN("signature"),
							.text = arena_span(a, buf_view(&text)),
							.weight = 10.0 };
	f->engine[f->engines++] = arena_span(a, buf_view(&engine));
	f->score += 10.0;
	buf_free(&text);
	buf_free(&engine);
}

/* Names that the operator's own signatures have for it. */
static void hold_against(const struct scan_rules *rules, const struct walk_file *f, struct scan_told *ret)
{
	struct scan_finding *finding = &ret->finding;
	struct span name[SIGS_TOLD];
	bool all;
	size_t n = sigs_match(rules->sigs, f->bytes, f->whole, name, &all);

	if (!all)
		ret->why = "it takes more work to compare with all signatures than the limit allows";
	if (n == 0)
		return;
	if (finding->verdict == SCAN_CLEAN) {
		common(f, ret->arena, finding);
		finding->class = CLASS_SIGNATURE;
	}
	finding->verdict = SCAN_MALICIOUS;
	for (size_t i = 0; i < n; i++)
		add_signature(ret->arena, finding, name[i]);
}

static void tell(const struct walk_file *f, const struct judgement *j, const struct events *ev,
		 struct scan_told *ret)
{
	struct scan_finding *to = &ret->finding;

	if (j->verdict == SCAN_CLEAN)
		return;
	common(f, ret->arena, to);
	to->verdict = j->verdict;
	to->class = j->class;
	to->score = j->score / 10.0;
	to->engine[to->engines++] = SPAN("spamtrail");
	for (uint32_t i = 0; i < j->reasons; i++)
		tell_reason(ret->arena, ev, &j->reason[i], &to->reason[to->reasons++]);
}

/* An arena and a finding with room for all that may be said; most files need neither. */
static void begin_telling(struct scan_told *ret)
{
	if (ret->arena)
		return;
	ret->arena = arena_new();
	ret->finding.reason =
		arena_alloc(ret->arena, (REASONS_MOST + SIGS_TOLD + 1) * sizeof(*ret->finding.reason));
	ret->finding.engine = arena_alloc(ret->arena, (SIGS_TOLD + 2) * sizeof(*ret->finding.engine));
}

static bool is_settled(const struct scan_rules *rules, struct span path, const struct walk_file *f,
		       struct scan_told *ret)
{
	if (!f->whole || !known_may(rules->known, path))
		return false;
	known_look(rules->known, path, f->bytes, &ret->known);
	ret->place = path.n - f->path.n;
	return ret->known.state == KNOWN_SAME;
}

/* All that a phar does is to run what is packed in it. */
static bool runs_its_own(const struct events *ev, const struct judgement *j)
{
	return j->reasons == 1 && j->reason[0].event &&
	       strcmp(j->reason[0].rule, "php.include.wrapper") == 0 &&
	       span_starts(ev->event[j->reason[0].event - 1].content, SPAN("phar://"));
}

/* EV and J are what was found in it before: nothing, but for limits. */
static void judge_code(const struct scan_rules *rules, struct span path, const struct walk_file *f,
		       struct scan_told *ret, struct events *ev, struct judgement *j)
{
	struct span script = f->opened ? phar_script(rules->words, f->bytes) : f->bytes;
	uint32_t limits = j->limits;
	struct quick q = { 0 };

	quick_look(rules->words, script, &q);
	/* most files end here; no arena is made for them */
	if (!quick_suspects(&q) && !(q.php && place_runs(path)))
		return;
	begin_telling(ret);
	*ev = (struct events){ .arena = ret->arena };
	*j = (struct judgement){ 0 };
	if (quick_suspects(&q))
		php_judge(rules->words, &q, script, ret->arena, ev, j);
	if (script.n < f->bytes.n && runs_its_own(ev, j))
		*j = (struct judgement){ .limits = j->limits };
	j->limits |= limits;
	place_judge(rules->words, path, f->status, &q, script, ev, j);
}

static void judge(const struct scan_rules *rules, struct span path, const struct walk_file *f,
		  struct scan_told *ret)
{
	struct judgement j = { 0 };
	struct events ev = { 0 };

	if (config_named(path, f->bytes)) {
		begin_telling(ret);
		config_judge(path, f->bytes, ret->arena, &ev, &j);
	}
	/* settings may be code as well: one names itself as what PHP is to run */
	if (j.verdict == SCAN_CLEAN)
		judge_code(rules, path, f, ret, &ev, &j);
	if (j.limits)
		ret->why = limit_text(j.limits);
	tell(f, &j, &ev, ret);
}

/* Configuration by its name, everything else by what is in it, whatever it is called. */
bool scan_file(const struct scan_rules *rules, const struct walk_file *f, struct scan_told *ret)
{
	char room[2 * PATH_MAX];
	struct span path = whole_path(rules, f->path, room, sizeof(room));

	*ret = (struct scan_told){ .finding = { .verdict = SCAN_CLEAN } };
	if (is_settled(rules, path, f, ret))
		return false;
	judge(rules, path, f, ret);
	if (sigs_count(rules->sigs)) {
		begin_telling(ret);
		hold_against(rules, f, ret);
	}
	if (ret->finding.verdict != SCAN_CLEAN)
		heaviest_first(&ret->finding);
	return ret->finding.verdict != SCAN_CLEAN || ret->why;
}

/* A finding of one reason, which is not ours to prove. */
static void one_reason(struct arena *a, const struct walk_file *f, const struct scan_reason *r,
		       struct span engine, enum scan_class class, struct scan_finding *ret)
{
	*ret = (struct scan_finding){ .verdict = SCAN_SUSPICIOUS, .class = class, .score = r->weight };
	common(f, a, ret);
	ret->reason = arena_alloc(a, sizeof(*ret->reason));
	ret->reason[ret->reasons++] = *r;
	ret->engine = arena_alloc(a, sizeof(*ret->engine));
	ret->engine[ret->engines++] = engine;
}

void scan_named(struct arena *a, const struct walk_file *f, struct span engine, struct scan_finding *ret)
{
	struct buf text = BUF_MAX(600);

	buf_addf(&text, "named before by %.*s", (int)span_head(engine, 400).n, engine.p);
	one_reason(a, f,
		   &(struct scan_reason){
			   .rule = SPAN("named"), .text = arena_span(a, buf_view(&text)), .weight = 6.0 },
		   engine, CLASS_SIGNATURE, ret);
	buf_free(&text);
}

void scan_differs(struct arena *a, const struct walk_file *f, struct span release, struct scan_finding *ret)
{
	struct buf text = BUF_MAX(600);

	buf_addf(&text, "it is not the file that %.*s has here", (int)span_head(release, 200).n, release.p);
	one_reason(a, f,
		   &(struct scan_reason){ .rule = SPAN("release.differs"),
					  .text = arena_span(a, buf_view(&text)),
					  .weight = 6.0 },
		   SPAN("spamtrail"), CLASS_CONFIG, ret);
	buf_free(&text);
}

/* Perl, Python, a shell: a program by its first line, which the engine knows nothing of, and a word of mail in it. */
static bool other_mails(struct span text)
{
	static const char *const words[] = { "sendmail",  "smtp", "MIME::Lite", "Mail::",   "mailx",
					     "/dev/tcp/", ":25",  ", 25",	"/bin/mail" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (directive_has(text, words[i]))
			return true;
	return false;
}

bool scan_mailed(const struct scan_rules *rules, struct arena *a, const struct walk_file *f, bool surely,
		 struct scan_finding *ret)
{
	bool other = span_starts(f->bytes, SPAN("#!"));
	const char *text =
		"by the logs it mailed, though nothing in it looks planted: read it, and who calls it";
	struct quick q;

	if (!surely)
		text = "by the logs its folder mailed, and it is a program that mails, in a language that is "
		       "not worked out here: read it";
	quick_look(rules->words, f->bytes, &q);
	other &= !q.php;
	if (!surely && (!other || !other_mails(f->bytes)))
		return false;
	/* who mails and shows no mail() hides it */
	if (!other && !q.mails && !q.dialogues && (q.includes || !(q.evals || q.dynamic)))
		return false;
	one_reason(a, f,
		   &(struct scan_reason){ .rule = SPAN("log.mailed"), .text = span_str(text), .weight = 5.0 },
		   SPAN("spamtrail"), CLASS_MAILER, ret);
	return true;
}
