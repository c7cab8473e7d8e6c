/*
 * quick - see quick.h: counts over the tokens of a file, in one pass, in a struct of fixed size.
 *
 * It promises: linear time and no allocation. A count too many only costs a run of the engine, one too
 * few is a miss: so doubts count.
 * Nested deeper than the lexer goes: the rest is still counted, TOO_DEEP says so.
 * Words are read as the PHP manual has them: superglobals (Predefined Variables), "php://input" (php://
 * wrapper), and the old HTTP_*_VARS, which PHP made before 5.4.
 * TRUST: the file is an attacker's; no count is used as an index.
 */
#include "scan/quick.h"

#include "scan/lex.h"

/* What stands between the question for a constant and the end: a header, a text. */
enum { GUARD_TOKENS = 32 };
/* Tokens outside of classes that are no mere start of what lies in them. */
enum { APART_LEAST = 10 };
/*
 * Bytes from which a text alone counts as a hiding place, with no decoder in sight: honest programs'
 * messages are mostly shorter.
 */
enum { LONG_TEXT = 400, SHORT_FILE = 60 };
/* So many are no accident: names nobody can read, jumps, texts with escapes. */
enum { PACKED_TEXT = 2000, ODD_NAMES = 10, MANY_GOTOS = 10, MANY_ESCAPES = 20 };

static bool has_nocase(struct span s, const char *word)
{
	size_t n = strlen(word);
	char first = word[0];

	for (size_t i = 0; i + n <= s.n; i++) {
		/* FIRST is a small letter: most places are left after one comparison */
		if ((s.p[i] | 0x20) != first)
			continue;
		if (span_eq_nocase(span_of(s.p + i, n), span_of(word, n)))
			return true;
	}
	return false;
}

/* Superglobals count as sources; names of 0 and O are made to be unreadable. */
static void variable(struct quick *q, struct span name)
{
	static const char *const supers[] = { "_GET",
					      "_POST",
					      "_REQUEST",
					      "_COOKIE",
					      "_SERVER",
					      "_FILES",
					      "GLOBALS",
					      "HTTP_GET_VARS",
					      "HTTP_POST_VARS",
					      "HTTP_COOKIE_VARS",
					      "HTTP_SERVER_VARS",
					      "HTTP_POST_FILES",
					      "HTTP_RAW_POST_DATA" };
	bool odd = false;

	q->variables++;
	if (name.n == 0)
		return;
	if (name.p[0] == '_' || name.p[0] == 'H' || name.p[0] == 'G')
		for (size_t i = 0; i < sizeof(supers) / sizeof(supers[0]); i++)
			if (span_eq(name, span_str(supers[i]))) {
				q->sources++;
				q->inputs++;
				q->supers++;
				q->free_supers += q->class_depth == 0;
			}
	for (size_t i = 0; i < name.n && !odd; i++)
		odd = (uint8_t)name.p[i] >= 0x7f;
	if (name.n >= 5 && !odd) {
		size_t same = 0;

		/* $O0O0O0, $IIlIlI */
		for (size_t i = 0; i < name.n; i++)
			same += strchr("O0oIl1_", name.p[i]) != NULL;
		odd = same == name.n;
	}
	q->names += odd;
}

/*
 * A known function in call position. Different functions are counted as bits by a small hash of the name:
 * two may share one, so a count is a floor.
 */
static void call(struct quick *q, const struct function *f)
{
	/* error_log() is everywhere, and seldom writes to a file of its own */
	if (f->sink == SINK_WRITE && f->arg == 2) {
		q->logs++;
		return;
	}
	q->sinks |= UINT64_C(1) << f->sink;
	q->free_harm += f->sink && q->class_depth == 0;
	/*
	 * defined() without define(): a part of a program that leaves at once when it is called by itself
	 */
	if (f->name[0] == 'd' && f->name[1] == 'e' && f->name[2] == 'f') {
		q->guards |= f->act == ACT_DEFINE ? 2 : 0;
		q->guard_until = f->act == ACT_EXISTS ? q->tokens + GUARD_TOKENS : q->guard_until;
		q->guard_depth = q->depth;
	}
	switch (f->sink) {
	case SINK_COMMAND:
		q->commands |= 1u << (f->name[0] + f->name[1] + strlen(f->name)) % 31;
		break;
	case SINK_PROBE:
		q->probes |= 1u << (f->name[0] + 3 * f->name[3] + strlen(f->name)) % 31;
		break;
	case SINK_HIDE:
		q->hides++;
		break;
	case SINK_FILES:
		q->file_calls |= 1u << (f->name[0] + 5 * f->name[2] + strlen(f->name)) % 31;
		break;
	case SINK_MAIL:
		q->mails++;
		break;
	case SINK_DATABASE:
		q->connects += strstr(f->name, "connect") != NULL;
		break;
	default:
		break;
	}
	/* what calls what it is told to is as good as a call of a variable */
	q->dynamic += (f->act >= ACT_MAP && f->act <= ACT_CALL_ARRAY) || f->act == ACT_SORT ||
		      f->act == ACT_PREG_CALLBACK || f->act == ACT_REGISTER || f->sink == SINK_CALLBACK;
	q->decoders += (f->act >= ACT_BASE64 && f->act <= ACT_CHR && f->act != ACT_URLENCODE &&
			f->act != ACT_HEX && f->act != ACT_BASE64_ENCODE) ||
		       f->act == ACT_PACK || f->act == ACT_TRANSLATE || f->act == ACT_CIPHER;
	q->inputs += f->flow == FLOW_FIELD;
	q->sources += f->flow == FLOW_FIELD || f->flow == FLOW_REMOTE || f->flow == FLOW_FILE;
}

/* "use function system as tidy": whatever is called so later, it is as if it were called here. */
static void imported(struct quick *q, const struct lexicon *words, struct span name)
{
	const struct function *f = lexicon_function(words, name);

	if (f)
		call(q, f);
}

/* Lengths that the names of functions that run things have. */
#define NAME_LENGTHS 0x9770u

static void named(struct quick *q, const struct function *f)
{
	q->named += f && (f->sink == SINK_CODE || f->sink == SINK_COMMAND || f->sink == SINK_MAKE ||
			  f->sink == SINK_REPLACE);
}

/* Long and escaped texts are where things hide. */
static void text(struct quick *q, const struct lexicon *words, const char *p, const struct token *t)
{
	struct span s = span_of(p + t->at, t->n);

	/* a function that runs things, named in a text: it may be handed over */
	if (t->n < 16 && NAME_LENGTHS >> t->n & 1 && memchr("aspecASPEC", s.p[0], 10))
		named(q, lexicon_function(words, s));

	q->texts += t->n;
	if (t->n > q->longest)
		q->longest = t->n;
	if (t->kind == TK_TEXT && t->sub && t->n >= 4) {
		const char *hit = memmem(s.p, s.n, "\\x", 2);

		if (!hit)
			for (size_t i = 0; i + 1 < s.n && !hit; i++)
				if (s.p[i] == '\\' && s.p[i + 1] >= '0' && s.p[i + 1] <= '7')
					hit = s.p + i;
		q->escapes += hit != NULL;
	}
	q->asks += (t->n == 11 && memcmp(s.p, "REMOTE_ADDR", 11) == 0) ||
		   (t->n == 15 && memcmp(s.p, "HTTP_USER_AGENT", 15) == 0);
	if (t->n >= 4 && t->n <= 8 && s.p[0] == '_' &&
	    (span_eq(s, SPAN("_GET")) || span_eq(s, SPAN("_POST")) || span_eq(s, SPAN("_REQUEST")) ||
	     span_eq(s, SPAN("_COOKIE")))) {
		q->sources++;
		q->inputs++;
	}
	q->lists += (t->n == 11 && memcmp(s.p, "all_plugins", 11) == 0) ||
		    (t->n == 14 && memcmp(s.p, "pre_user_query", 14) == 0);
	/* RFC 5321, 3.3 */
	q->dialogues +=
		t->n >= 7 && (s.p[0] | 0x20) == 'r' && span_eq_nocase(span_head(s, 7), SPAN("RCPT TO"));
	if (t->n > 8 && memmem(s.p, s.n, "<?", 2))
		q->scripts++;
	q->outfiles += t->n >= 8 && t->n < 1 << 16 && memchr(s.p, ' ', s.n) &&
		       (has_nocase(s, "into outfile") || has_nocase(s, "into dumpfile"));
	if (t->n == 11 && memcmp(s.p, "php://input", 11) == 0) {
		q->sources++;
		q->inputs++;
	}
}

/* Names by which functions are called, or code is kept, without looking like it. */
static void unusual(struct quick *q, struct span name)
{
	static const char *const words[] = {
		"COM",	      "getDocComment", "createFunction",       "FILTER_CALLBACK",
		"FETCH_FUNC", "getMessage",    "sqliteCreateFunction", "import_request_variables",
		"cdef",	      "extractTo",     "registerPHPFunctions", "registerPhpFunctions"
	};

	if (name.n == 8 && memcmp(name.p, "__FILE__", 8) == 0)
		q->self++;
	if (name.n >= 15 && span_search(name, 0, SPAN("Reflection")) >= 0)
		q->dynamic++;
	/* most lengths are none of these */
	if ((0x110ee18u >> (name.n & 31) & 1) == 0)
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		q->unusual += span_eq(name, span_str(words[i]));
}

/* Who asks for a constant and goes on all the same is no part of anything. */
static void leaves(struct quick *q)
{
	if (q->tokens < q->guard_until)
		q->guards |= 1;
}

static void word(struct quick *q, uint8_t keyword, struct span name)
{
	switch (keyword) {
	case KW_EVAL:
		q->evals++;
		q->sinks |= UINT64_C(1) << SINK_CODE;
		break;
	case KW_INCLUDE:
	case KW_INCLUDE_ONCE:
	case KW_REQUIRE:
	case KW_REQUIRE_ONCE:
		q->includes++;
		break;
	case KW_NAMESPACE:
		q->namespaces++;
		break;
	case KW_USE:
		q->uses++;
		break;
	case KW_CLASS:
	case KW_INTERFACE:
	case KW_TRAIT:
		q->classes++;
		q->class_comes = true;
		break;
	case KW_FUNCTION:
		q->functions++;
		break;
	case KW_NEW:
		q->starts += q->class_depth == 0;
		break;
	case KW_GOTO:
		q->gotos++;
		break;
	case KW_EXIT:
		q->exits++;
		leaves(q);
		break;
	case KW_RETURN:
		leaves(q);
		break;
	case KW_NONE:
		unusual(q, name);
		break;
	default:
		break;
	}
}

static bool runs_by_word(uint8_t keyword)
{
	return keyword == KW_EVAL || keyword == KW_INCLUDE || keyword == KW_INCLUDE_ONCE ||
	       keyword == KW_REQUIRE || keyword == KW_REQUIRE_ONCE;
}

static bool makes_database(struct span class)
{
	return span_eq_nocase(class, SPAN("mysqli")) || span_eq_nocase(class, SPAN("PDO"));
}

/*
 * T is "(": what stands in front of it is called, or not. A method or a declaration of the same name is
 * not PHP's function. What is no name in front of the bracket is a value that is called: a variable, a
 * text, the end of an expression.
 */
static void opened(struct quick *q, const struct lexicon *words, const char *p, const struct token *before,
		   const struct token *earlier)
{
	const struct function *f;

	if (before->kind == TK_NAME && before->sub == KW_NONE) {
		if (earlier->kind == TK_OP &&
		    (earlier->sub == OP_ARROW || earlier->sub == OP_COLONS || earlier->sub == OP_NULL_ARROW))
			return;
		if (earlier->kind == TK_NAME && (earlier->sub == KW_FUNCTION || earlier->sub == KW_NEW)) {
			q->connects +=
				earlier->sub == KW_NEW && makes_database(span_of(p + before->at, before->n));
			return;
		}
		f = lexicon_function(words, span_of(p + before->at, before->n));
		if (f)
			call(q, f);
	} else if (before->kind == TK_VAR) {
		if (earlier->kind == TK_OP && earlier->sub == OP_COLONS)
			return;
		q->dynamic++;
	} else if (before->kind == TK_RAW || before->kind == TK_TEXT || before->kind == TK_CLOSE) {
		q->dynamic++;
	} else if (before->kind == TK_OP &&
		   (before->sub == ')' || before->sub == ']' || before->sub == '}')) {
		/* brackets of no length are made up by the lexer, for code inside of quotes */
		q->dynamic += before->n > 0;
	}
}

/*
 * S, which begins the file, is nothing but another server's scripts: a page of its own begins otherwise, and its writer
 * would have ended the line.
 */
static bool injects(struct span s)
{
	static const struct span end = { "</script>", 9 };
	ptrdiff_t tag = span_rfind(s, '<');

	if (tag > 0 && span_starts(span_from(s, (size_t)tag), SPAN("<?")))
		s = span_head(s, (size_t)tag);
	if (s.n < 30 || s.n > 1000 || !span_starts(s, SPAN("<script")) || !span_ends(s, end) ||
	    span_find(s, 0, '\n') >= 0)
		return false;
	while (s.n) {
		ptrdiff_t closes = span_search(s, 0, end), head = span_find(s, 0, '>');
		struct span opening = span_head(s, head > 0 ? (size_t)head : 0);

		if (!span_starts(s, SPAN("<script")) || closes < 0 || head + 1 != closes ||
		    span_search(opening, 0, SPAN("//")) < 0)
			return false;
		s = span_from(s, (size_t)closes + end.n);
	}
	return true;
}

/* A form for files is half an uploader. */
static void html(struct quick *q, struct span s, bool opens, uint32_t at)
{
	q->html += (uint32_t)s.n;
	if (opens && !q->php) {
		q->injected = at == s.n && injects(s);
		q->php = true;
		q->first_tag = at;
	}
	/* the cheap search first; a megabyte of HTML is a page of its own, no uploader's form */
	if (s.n > 20 && s.n < 1 << 20 && memmem(s.p, s.n, "file", 4) &&
	    (has_nocase(s, "type=\"file\"") || has_nocase(s, "type='file'") || has_nocase(s, "type=file")))
		q->forms++;
}

/* A picture, by its first bytes, that holds a whole opening tag: no picture does by chance. */
static bool looks_like_picture(struct span file)
{
	ptrdiff_t tag;

	if (!span_starts(file, SPAN("\xff\xd8\xff")) && !span_starts(file, SPAN("\x89PNG")) &&
	    !span_starts(file, SPAN("GIF8")))
		return false;
	tag = span_search(file, 0, SPAN("<?php"));
	return tag >= 0 && (size_t)tag + 5 < file.n && strchr(" \t\r\n", file.p[tag + 5]);
}

/* Braces: how much of the file lies in classes. */
static void brace(struct quick *q, uint8_t sub)
{
	if (sub == '{') {
		q->depth++;
		if (q->class_comes && !q->class_depth)
			q->class_depth = q->depth;
		q->class_comes = false;
	} else if (sub == '}' && q->depth) {
		if (q->class_depth == q->depth)
			q->class_depth = 0;
		q->depth--;
	}
}

/* T lies in a class, or says that one begins. */
static bool passes(struct quick *q, const struct token *t)
{
	bool in = q->class_depth > 0 || q->class_comes;

	if (t->kind == TK_NAME && (t->sub == KW_CLASS || t->sub == KW_INTERFACE || t->sub == KW_TRAIT)) {
		q->class_comes |= !q->class_depth;
		return true;
	}
	if (in && t->kind == TK_OP && t->n && (t->sub == '{' || t->sub == '}'))
		brace(q, t->sub);
	return in;
}

/* One line makes a namespace; that it is a program's is told by what lies in it: classes, as good as nothing else. */
static bool is_programs(const struct quick *q)
{
	return q->in_class * 2 >= q->tokens && (q->free_supers < 2 || q->in_class * 15 >= q->tokens * 14);
}

/* APART: tokens in classes are passed over, and so is that there are any. */
static void look(const struct lexicon *words, struct span file, bool apart, struct quick *ret)
{
	struct lexer l;
	struct token before = { .kind = TK_END }, earlier = before;
	uint32_t dynamic;
	bool imports = false;

	*ret = (struct quick){ 0 };
	lex_start(&l, words, file, false);
	for (;;) {
		struct token t = lex_next(&l);

		if (t.kind == TK_END)
			break;
		if (apart && passes(ret, &t)) {
			earlier = before = (struct token){ .kind = TK_END };
			continue;
		}
		ret->tokens++;
		/* a share of tokens, not of bytes: comments and texts of any length do not change it */
		ret->in_class += ret->class_depth > 0;
		switch (t.kind) {
		case TK_HTML:
			html(ret, span_of(file.p + t.at, t.n), t.sub, t.at + t.n);
			break;
		case TK_VAR:
			variable(ret, span_of(file.p + t.at, t.n));
			break;
		case TK_NAME:
			imports |= t.sub == KW_FUNCTION && before.kind == TK_NAME && before.sub == KW_USE;
			if (imports && t.sub == KW_NONE)
				imported(ret, words, span_of(file.p + t.at, t.n));
			/* X::class is a name, no class */
			word(ret, before.kind == TK_OP && before.sub == OP_COLONS ? KW_NONE : t.sub,
			     span_of(file.p + t.at, t.n));
			ret->free_harm += ret->class_depth == 0 && runs_by_word(t.sub);
			break;
		case TK_RAW:
		case TK_TEXT:
		case TK_PLAIN:
			text(ret, words, file.p, &t);
			break;
		case TK_OPEN:
			ret->backticks += t.sub == '`';
			ret->free_harm += t.sub == '`' && ret->class_depth == 0;
			break;
		case TK_OP:
			imports &= t.sub != ';';
			if (t.n && (t.sub == '{' || t.sub == '}'))
				brace(ret, t.sub);
			/* the statement's end */
			if ((t.sub == ';' || t.sub == '}') && ret->depth <= ret->guard_depth)
				ret->guard_until = 0;
			dynamic = ret->dynamic;
			if (t.sub == '(' && t.n)
				opened(ret, words, file.p, &before, &earlier);
			ret->free_harm += ret->dynamic > dynamic && ret->class_depth == 0;
			break;
		default:
			break;
		}
		earlier = before;
		before = t;
	}
	if (!is_programs(ret))
		ret->namespaces = 0;
	ret->binary = ret->php && memchr(file.p, 0, file.n) != NULL;
	ret->picture = ret->php && looks_like_picture(file);
	ret->comments = l.comments;
	ret->too_deep = l.too_deep;
}

bool quick_apart(const struct lexicon *words, struct span file, const struct quick *q, struct quick *ret)
{
	if (!q->classes || !q->free_harm || q->tokens - q->in_class < APART_LEAST)
		return false;
	look(words, file, true, ret);
	return true;
}

void quick_look(const struct lexicon *words, struct span file, struct quick *ret)
{
	struct quick apart;

	look(words, file, false, ret);
	ret->apart = quick_apart(words, file, ret, &apart) && quick_suspects(&apart);
}

#define BIT(sink) (UINT64_C(1) << (sink))

bool quick_starts(const struct quick *q)
{
	return q->starts && q->supers && !q->includes;
}

/*
 * A part of a program: what is weighed only in a script of its own need not be looked for, which is
 * most of what follows.
 */
static bool quick_part(const struct quick *q)
{
	return q->namespaces || q->guards == 1 ||
	       (!q->evals && q->classes && !quick_starts(q) &&
		(q->supers == 0 || q->in_class * 15 >= q->tokens * 14));
}

static bool part_suspects(const struct quick *q)
{
	const uint64_t code = BIT(SINK_CODE) | BIT(SINK_MAKE) | BIT(SINK_REPLACE);
	bool hidden = q->decoders || q->escapes || q->names;

	if ((q->unusual && !q->namespaces) || q->mails || (q->asks && q->sinks & BIT(SINK_FETCH)))
		return true;
	if (q->evals || q->sinks & code)
		return q->sources || hidden || q->longest > LONG_TEXT;
	if (q->dynamic && q->longest > PACKED_TEXT && !q->namespaces)
		return true;
	if (q->backticks || q->dynamic || q->sinks & BIT(SINK_COMMAND))
		return q->inputs || q->escapes || q->names;
	return q->includes && (q->supers || q->escapes);
}

/*
 * Both halves must be there: something that does harm, and something to do it with. Most files of a site
 * have one of them.
 */
static bool suspects(const struct quick *q)
{
	const uint64_t code = BIT(SINK_CODE) | BIT(SINK_MAKE) | BIT(SINK_COMMAND) | BIT(SINK_REPLACE);
	const uint64_t other = BIT(SINK_ACCOUNT) | BIT(SINK_LISTEN) | BIT(SINK_CALLBACK) | BIT(SINK_WRITE) |
			       BIT(SINK_PUT) | BIT(SINK_UPLOAD) | BIT(SINK_COPY) | BIT(SINK_MAIL) |
			       BIT(SINK_FETCH) | BIT(SINK_SEND) | BIT(SINK_FILES) | BIT(SINK_READ) |
			       BIT(SINK_UNPACK) | BIT(SINK_OPEN);
	const uint64_t old = BIT(SINK_MAIL) | BIT(SINK_UPLOAD) | BIT(SINK_COPY) | BIT(SINK_FILES) |
			     BIT(SINK_READ) | BIT(SINK_OPEN);
	bool hidden = q->decoders || q->escapes || q->longest > LONG_TEXT || q->names;

	if (!q->php)
		return false;
	if (q->picture || q->injected || (q->outfiles && q->scripts))
		return true;
	/* obfuscated as a whole, with nothing dangerous that could be read */
	if (!q->namespaces && (q->names >= ODD_NAMES || q->gotos >= MANY_GOTOS || q->escapes >= MANY_ESCAPES))
		return true;
	if (quick_part(q))
		return part_suspects(q);
	if ((q->sinks & code || q->backticks) && (q->sources || hidden || q->self))
		return true;
	if (q->evals || q->sinks & BIT(SINK_MAKE) || (q->sinks & code && !q->classes && !q->namespaces))
		return true;
	if (q->dynamic && (q->sources || hidden || !(q->classes || q->namespaces)))
		return true;
	if (q->sinks & (BIT(SINK_WRITE) | BIT(SINK_PUT)) && (q->scripts || q->decoders || q->escapes))
		return true;
	if (!q->namespaces && (q->unusual || (q->named && (q->sources || hidden))))
		return true;
	/* variables that nothing sets were a request's under old settings */
	if (!q->namespaces && !q->classes && !q->includes && q->sinks & old)
		return true;
	if (q->lists || (q->sinks & BIT(SINK_ACCOUNT) && !q->namespaces && !q->classes))
		return true;
	if (q->connects && q->supers && !q->namespaces && !q->classes)
		return true;
	/* a list of visitors to be turned away */
	if (q->asks && q->sinks & BIT(SINK_REDIRECT) && !q->namespaces && !q->classes)
		return true;
	/* a page that is packed, and shown */
	if (q->decoders && q->longest > PACKED_TEXT && q->tokens < SHORT_FILE && !q->classes &&
	    !q->namespaces)
		return true;
	if ((q->includes || q->supers || q->logs) && q->tokens < SHORT_FILE && !q->namespaces && !q->classes)
		return true;
	if (q->sinks & other && (q->sources || (q->self && !q->classes)))
		return true;
	return q->includes && (q->sources || q->escapes || q->decoders);
}

/* A guard is a program's only where the program is used, which the engine knows. */
bool quick_suspects(const struct quick *q)
{
	struct quick bare;

	if (suspects(q) || q->apart)
		return true;
	if (q->guards != 1)
		return false;
	bare = *q;
	bare.guards = 0;
	return suspects(&bare);
}
