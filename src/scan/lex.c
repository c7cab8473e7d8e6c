/*
 * lex - see lex.h. A hand-written automaton over bytes; quotes and the code inside them are kept on a stack of
 * its own, so no text makes it recurse.
 *
 * Source of the facts: php-src Zend/zend_language_scanner.l (states INITIAL, ST_IN_SCRIPTING, ST_DOUBLE_QUOTES,
 * ST_BACKQUOTE, ST_HEREDOC, ST_VAR_OFFSET).
 * TRUST: the text is an attacker's.
 */
#include "scan/lex.h"

#include "scan/lexicon.h"

enum { SHORT_TAG_TEXT = 12, BOM = 3 };

enum mode_kind { MODE_HTML, MODE_PHP, MODE_QUOTE, MODE_BACKTICK, MODE_HEREDOC, MODE_BRACES };

enum {
	C_SPACE = 1,
	C_NAME = 2, /* may begin a name */
	C_DIGIT = 4,
	C_LONG = 8, /* may begin an operator of several bytes */
};

#define N C_NAME
static const uint8_t class_of[256] = {
	['\t'] = C_SPACE, ['\n'] = C_SPACE,	   ['\v'] = C_SPACE,  ['\f'] = C_SPACE,	 ['\r'] = C_SPACE,
	[' '] = C_SPACE,  ['0' ... '9'] = C_DIGIT, ['A' ... 'Z'] = N, ['a' ... 'z'] = N, ['_'] = N,
	['\\'] = N,	  [0x7f ... 0xff] = N,	   ['='] = C_LONG,    ['<'] = C_LONG,	 ['>'] = C_LONG,
	['&'] = C_LONG,	  ['|'] = C_LONG,	   ['?'] = C_LONG,    ['+'] = C_LONG,	 ['-'] = C_LONG,
	['*'] = C_LONG,	  ['.'] = C_LONG,	   [':'] = C_LONG,    ['!'] = C_LONG,	 ['/'] = C_LONG,
	['%'] = C_LONG,	  ['^'] = C_LONG,	   ['#'] = C_LONG,
};
#undef N

static inline uint8_t at_class(const struct lexer *l, uint32_t i)
{
	return i < l->n ? class_of[(uint8_t)l->p[i]] : 0;
}

static inline char at_char(const struct lexer *l, uint32_t i)
{
	return i < l->n ? l->p[i] : '\0';
}

static inline struct token make(uint8_t kind, uint8_t sub, uint32_t at, uint32_t n)
{
	return (struct token){ .at = at, .n = n, .mate = TOKEN_NONE, .kind = kind, .sub = sub };
}

static struct lex_mode *mode(struct lexer *l)
{
	return &l->mode[l->depth];
}

static void push(struct lexer *l, uint8_t kind)
{
	if (l->depth + 1 == LEX_DEPTH) {
		l->too_deep = true;
		return;
	}
	l->mode[++l->depth] = (struct lex_mode){ .kind = kind };
}

static void pop(struct lexer *l)
{
	if (l->depth)
		l->depth--;
}

/* CODE has no tags in front of it: the first byte is PHP. */
void lex_start(struct lexer *l, const struct lexicon *words, struct span text, bool code)
{
	*l = (struct lexer){ .words = words, .p = text.p, .n = (uint32_t)text.n, .code = code };
	l->mode[0].kind = code ? MODE_PHP : MODE_HTML;
}

/* Counted when asked: few places are ever shown. */
void lex_place(struct span text, uint32_t at, uint32_t *ret_line, uint32_t *ret_column)
{
	struct span before = span_head(text, at);
	ptrdiff_t last = span_rfind(before, '\n');
	uint32_t line = 1;

	for (ptrdiff_t i = -1; (i = span_find(before, (size_t)(i + 1), '\n')) >= 0;)
		line++;
	*ret_line = line;
	*ret_column = (uint32_t)((ptrdiff_t)before.n - last);
}

/* --- outside of PHP -------------------------------------------------------------------------- */

static bool word_here(const struct lexer *l, uint32_t at, struct span word)
{
	return span_eq_nocase(span_head(span_from(span_of(l->p, l->n), at), word.n), word);
}

/*
 * <script language="php">: how long it is, or 0. PHP 7 has done away with it, but hosts run PHP 5, and
 * who hides takes what no search for "<?" finds. 64 bytes are room for the tag and its blanks, and bound
 * the look at each "<s" of a page.
 */
static uint32_t script_tag(const struct lexer *l, uint32_t at)
{
	struct span head = span_head(span_from(span_of(l->p, l->n), at), 64);
	ptrdiff_t end = span_find(head, 0, '>');
	struct span tag;

	if (end < 0 || !word_here(l, at, SPAN("<script")))
		return 0;
	tag = span_head(head, (size_t)end);
	for (size_t i = 7; i + 3 <= tag.n; i++)
		if (span_eq_nocase(span_of(tag.p + i, 3), SPAN("php")) && memchr(tag.p, '=', i))
			return (uint32_t)end + 1;
	return 0;
}

/* Two bytes of chance in a picture are no tag: text must follow a short one. */
static bool text_follows(const struct lexer *l, uint32_t at)
{
	for (uint32_t i = at; i < at + SHORT_TAG_TEXT && i < l->n; i++) {
		uint8_t c = (uint8_t)l->p[i];

		if (c >= 0x7f || (c < ' ' && !(class_of[c] & C_SPACE)))
			return false;
	}
	return true;
}

/* The tag at AT opens PHP: its length, else 0. */
static uint32_t open_tag(const struct lexer *l, uint32_t at, bool *ret_echo)
{
	char next = at_char(l, at + 1);

	*ret_echo = false;
	if (next == '?') {
		if (word_here(l, at, SPAN("<?php")) && !(at_class(l, at + 5) & (C_NAME | C_DIGIT)))
			return 5;
		*ret_echo = at_char(l, at + 2) == '=';
		/* a file that begins with one is no picture, in whatever letters its first comment is */
		if (at > BOM && !text_follows(l, at + 2)) {
			*ret_echo = false;
			return 0;
		}
		if (*ret_echo)
			return 3;
		/*
		 * short tags; what looks like XML is none. short_open_tag is the server's to set, and is
		 * on by default (PHP manual, core ini directives): taken for PHP where no XML name
		 * follows, or one of the three words that packed scripts begin with.
		 */
		return at_class(l, at + 2) & C_NAME &&
				       !(word_here(l, at, SPAN("<?if")) || word_here(l, at, SPAN("<?echo")) ||
					 word_here(l, at, SPAN("<?eval")))
			       ? 0
			       : 2;
	}
	if (next == 's' || next == 'S')
		return script_tag(l, at);
	return 0;
}

/*
 * Everything up to the next opening tag. At the end the mode becomes PHP, which then finds nothing left:
 * so the last piece is given once, and TK_END after it.
 */
static struct token lex_html(struct lexer *l)
{
	uint32_t from = l->at, at = from;
	bool echo = false;

	for (;;) {
		const char *hit = at < l->n ? memchr(l->p + at, '<', l->n - at) : NULL;
		uint32_t tag;

		if (!hit) {
			l->at = l->n;
			mode(l)->kind = MODE_PHP;
			return make(l->n > from ? TK_HTML : TK_END, 0, from, l->n - from);
		}
		at = (uint32_t)(hit - l->p);
		tag = open_tag(l, at, &echo);
		if (tag) {
			l->at = at + tag;
			break;
		}
		at++;
	}
	mode(l)->kind = MODE_PHP;
	if (echo) {
		l->wait[0] = make(TK_OP, OP_ECHO_TAG, at, 3);
		l->waiting = 1;
		l->given = 0;
	}
	return make(TK_HTML, 1, from, at - from);
}

/*
 * "?>" at the lexer's place: a ";" and on outside. One newline behind it belongs to the tag (PHP manual,
 * Instruction separation).
 */
static struct token close_tag(struct lexer *l, uint32_t n)
{
	struct token t = make(TK_OP, ';', l->at, n);

	l->at += n;
	if (at_char(l, l->at) == '\n')
		l->at++;
	mode(l)->kind = MODE_HTML;
	return t;
}

/* --- comments, names, numbers ---------------------------------------------------------------- */

/*
 * A comment to the end of its line, or to a closing tag in it. PHP's rule, and a trap: what a comment
 * seems to hide runs behind a closing tag and a new opening one. A carriage return alone ends the line as
 * well.
 */
static void skip_line(struct lexer *l)
{
	const char *from = l->p + l->at;
	const char *end = memchr(from, '\n', l->n - l->at);
	size_t n = end ? (size_t)(end - from) : l->n - l->at;
	const char *cr = memchr(from, '\r', n);
	const char *tag;

	if (cr)
		n = (size_t)(cr - from);
	tag = memmem(from, n, "?>", 2);
	if (tag)
		n = (size_t)(tag - from);
	l->at += (uint32_t)n;
	l->comments += (uint32_t)n;
}

static void skip_block(struct lexer *l)
{
	/* behind the first byte of the content: the opening star cannot be the closing one as well */
	uint32_t from = l->at, at = from + 3;

	for (;;) {
		const char *hit = at < l->n ? memchr(l->p + at, '/', l->n - at) : NULL;

		if (!hit) {
			l->at = l->n;
			break;
		}
		at = (uint32_t)(hit - l->p);
		if (l->p[at - 1] == '*') {
			l->at = at + 1;
			break;
		}
		at++;
	}
	l->comments += l->at - from;
}

/* Blanks and comments; false where the text ends. */
static bool skip_blank(struct lexer *l)
{
	while (l->at < l->n) {
		char c = l->p[l->at];

		if (class_of[(uint8_t)c] & C_SPACE)
			l->at++;
		else if (c == '#' && at_char(l, l->at + 1) != '[')
			skip_line(l);
		else if (c == '/' && at_char(l, l->at + 1) == '/')
			skip_line(l);
		else if (c == '/' && at_char(l, l->at + 1) == '*')
			skip_block(l);
		else
			return true;
	}
	return false;
}

static uint32_t name_end(const struct lexer *l, uint32_t at)
{
	while (at < l->n && class_of[(uint8_t)l->p[at]] & (C_NAME | C_DIGIT))
		at++;
	return at;
}

/* The end of a variable's name, where "\" is no part of it. */
static uint32_t label_end(const struct lexer *l, uint32_t at)
{
	while (at < l->n && class_of[(uint8_t)l->p[at]] & (C_NAME | C_DIGIT) && l->p[at] != '\\')
		at++;
	return at;
}

static struct token lex_name(struct lexer *l)
{
	uint32_t from = l->at, end = name_end(l, from);

	l->at = end;
	return make(TK_NAME, (uint8_t)lexicon_keyword(l->words, span_of(l->p + from, end - from)), from,
		    end - from);
}

/* Hex, octal, binary, with _ and exponents: only where it ends matters here. */
static struct token lex_number(struct lexer *l)
{
	uint32_t from = l->at, at = from;

	while (at < l->n) {
		char c = l->p[at];

		if (class_of[(uint8_t)c] & (C_DIGIT | C_NAME) && c != '\\')
			at++;
		else if (c == '.' && at_class(l, at + 1) & C_DIGIT)
			at++;
		else if ((c == '+' || c == '-') && (l->p[at - 1] == 'e' || l->p[at - 1] == 'E') &&
			 at_char(l, from + 1) != 'x' && at_class(l, at + 1) & C_DIGIT)
			at++;
		else
			break;
	}
	if (at == from)
		at++;
	l->at = at;
	return make(TK_NUMBER, 0, from, at - from);
}

/* --- quotes ---------------------------------------------------------------------------------- */

/* Only \' and \\ mean something. */
static struct token lex_single(struct lexer *l)
{
	uint32_t from = l->at + 1, at = from;
	uint8_t escaped = 0;

	while (at < l->n && l->p[at] != '\'') {
		if (l->p[at] == '\\') {
			escaped = 1;
			at++;
		}
		at++;
	}
	if (at > l->n)
		at = l->n;
	l->at = at < l->n ? at + 1 : at;
	return make(TK_RAW, escaped, from, at - from);
}

/* $name, ${ and {$; a lone $ or { is text. */
static bool begins_variable(const struct lexer *l, uint32_t at)
{
	char next = at_char(l, at + 1);

	if (l->p[at] == '$')
		return next == '{' || (class_of[(uint8_t)next] & C_NAME && next != '\\');
	return l->p[at] == '{' && next == '$';
}

/* A double-quoted text in one piece, or the opening of one that has code in it. */
static struct token lex_double(struct lexer *l)
{
	uint32_t from = l->at + 1, at = from;
	uint8_t escaped = 0;

	for (; at < l->n && l->p[at] != '"'; at++) {
		if (l->p[at] == '\\') {
			escaped = 1;
			at++;
		} else if ((l->p[at] == '$' || l->p[at] == '{') && begins_variable(l, at)) {
			struct token t = make(TK_OPEN, '"', from - 1, 1);

			l->at = from;
			push(l, MODE_QUOTE);
			return t;
		}
	}
	if (at > l->n)
		at = l->n;
	l->at = at < l->n ? at + 1 : at;
	return make(TK_TEXT, escaped, from, at - from);
}

/* <<<LABEL, <<<"LABEL", <<<'LABEL': false where it is none. */
static bool lex_heredoc(struct lexer *l, struct token *ret)
{
	uint32_t at = l->at + 3, from, end;
	char quote;

	while (at_char(l, at) == ' ' || at_char(l, at) == '\t')
		at++;
	quote = at_char(l, at);
	if (quote == '"' || quote == '\'')
		at++;
	from = at;
	end = label_end(l, at);
	if (end == from || end - from > LEX_LABEL || at_class(l, from) & C_DIGIT)
		return false;
	at = end;
	if ((quote == '"' || quote == '\'') && at_char(l, at++) != quote)
		return false;
	if (at_char(l, at) == '\r')
		at++;
	if (at_char(l, at) != '\n')
		return false;
	*ret = make(TK_OPEN, quote == '\'' ? 'n' : 'h', l->at, at - l->at);
	l->at = at; /* on the newline: the label may stand on the very next line */
	push(l, MODE_HEREDOC);
	mode(l)->label_at = from;
	mode(l)->label_n = end - from;
	/* a heredoc counts no braces: the field says "nowdoc, no escapes and no variables" instead */
	mode(l)->braces = quote == '\'';
	return true;
}

/*
 * The newline at AT is the last before the closing label: where the label ends, else 0. Blanks may stand
 * in front of the label, and code behind it, since PHP 7.3 (manual, Heredoc). For older PHP that is an
 * error, so nothing is lost by taking it.
 */
static uint32_t heredoc_end(const struct lexer *l, uint32_t at, const struct lex_mode *m)
{
	uint32_t i = at + 1;

	while (at_char(l, i) == ' ' || at_char(l, i) == '\t')
		i++;
	if (i + m->label_n > l->n || memcmp(l->p + i, l->p + m->label_at, m->label_n) != 0)
		return 0;
	i += m->label_n;
	return at_class(l, i) & (C_NAME | C_DIGIT) ? 0 : i;
}

/* Puts "( $name [ key ] )" on the waiting list for a simple variable at the lexer's place. */
static struct token text_variable(struct lexer *l)
{
	uint32_t from = l->at + 1, end = label_end(l, from);
	uint8_t n = 0;

	l->wait[n++] = make(TK_VAR, 0, from, end - from);
	l->at = end;
	if (at_char(l, end) == '[') {
		uint32_t key = end + 1, key_end;
		bool var = at_char(l, key) == '$';

		key += var;
		key_end = at_char(l, key) == '-' ? key + 1 : key;
		key_end = label_end(l, key_end);
		if (key_end > key && at_char(l, key_end) == ']') {
			bool number = at_class(l, key) & C_DIGIT;

			l->wait[n++] = make(TK_OP, '[', end, 1);
			l->wait[n++] = make(var	     ? TK_VAR
					    : number ? TK_NUMBER
						     : TK_PLAIN,
					    0, key, key_end - key);
			l->wait[n++] = make(TK_OP, ']', key_end, 1);
			l->at = key_end + 1;
		}
	} else if (at_char(l, end) == '-' && at_char(l, end + 1) == '>' && at_class(l, end + 2) & C_NAME) {
		uint32_t name_to = label_end(l, end + 2);

		l->wait[n++] = make(TK_OP, OP_ARROW, end, 2);
		l->wait[n++] = make(TK_NAME, 0, end + 2, name_to - end - 2);
		l->at = name_to;
	}
	l->wait[n++] = make(TK_OP, ')', l->at, 0);
	l->waiting = n;
	l->given = 0;
	return make(TK_OP, '(', from - 1, 0);
}

/* Code inside of quotes begins here. */
static struct token text_code(struct lexer *l)
{
	uint32_t at = l->at;

	if (l->p[at] == '$' && at_char(l, at + 1) != '{')
		return text_variable(l);
	if (l->depth + 1 == LEX_DEPTH) {
		l->too_deep = true;
		l->at++;
		return make(TK_TEXT, 0, at, 1);
	}
	if (l->p[at] == '{') {
		l->at = at + 1;
		push(l, MODE_BRACES);
		return make(TK_OP, '(', at, 0);
	}
	/* ${name} is $name; ${expression} is $ with a name that is worked out */
	at += 2;
	if (at_class(l, at) & C_NAME) {
		uint32_t end = label_end(l, at);

		if (at_char(l, end) == '}' || at_char(l, end) == '[') {
			l->wait[0] = make(TK_VAR, 0, at, end - at);
			l->waiting = 1;
			l->given = 0;
			l->at = end;
			push(l, MODE_BRACES);
			return make(TK_OP, '(', at - 2, 0);
		}
	}
	l->wait[0] = make(TK_OP, OP_DOLLAR, at - 2, 1);
	l->wait[1] = make(TK_OP, '{', at - 1, 1);
	l->waiting = 2;
	l->given = 0;
	l->at = at;
	push(l, MODE_BRACES);
	mode(l)->label_n = 1; /* its own brace is a token, too */
	return make(TK_OP, '(', at - 2, 0);
}

/* The next piece inside of quotes. */
static struct token lex_quoted(struct lexer *l)
{
	struct lex_mode *m = mode(l);
	uint32_t from = l->at, at = from;
	uint8_t escaped = 0;
	bool plain = m->kind == MODE_HEREDOC && m->braces;
	char end = m->kind == MODE_QUOTE ? '"' : m->kind == MODE_BACKTICK ? '`' : '\n';

	for (; at < l->n; at++) {
		char c = l->p[at];
		uint32_t closes = 1;

		if (c == end) {
			if (end == '\n' && !(closes = heredoc_end(l, at, m)))
				continue;
			if (at > from)
				break;
			l->at = end == '\n' ? closes : at + 1;
			pop(l);
			return make(TK_CLOSE, (uint8_t)end, at, 1);
		}
		if (c == '\\' && !plain) {
			escaped = 1;
			at++;
		} else if ((c == '$' || c == '{') && !plain && begins_variable(l, at)) {
			if (at > from)
				break;
			return text_code(l);
		}
	}
	if (at > l->n)
		at = l->n;
	l->at = at;
	if (at == from) {
		pop(l);
		return make(TK_CLOSE, 0, at, 0);
	}
	/* a heredoc's first newline is not part of it */
	if (end == '\n' && l->p[from] == '\n' &&
	    from == m->label_at + m->label_n + (uint32_t)(at_char(l, m->label_at + m->label_n) != '\n'))
		from++;
	return make(plain ? TK_PLAIN : TK_TEXT, escaped, from, at - from);
}

/* --- operators ------------------------------------------------------------------------------- */

static const struct {
	char text[4];
	uint8_t n, op, assign;
} longs[] = {
	{ "->", 2, OP_ARROW, 0 }, /* most of all there are */
	{ "=>", 2, OP_FAT_ARROW, 0 },
	{ "::", 2, OP_COLONS, 0 },
	{ "===", 3, OP_SAME, 0 },
	{ "!==", 3, OP_NOT_SAME, 0 },
	{ "<=>", 3, OP_SPACESHIP, 0 },
	{ "**=", 3, OP_ASSIGN, OP_POW },
	{ "<<=", 3, OP_ASSIGN, OP_SHL },
	{ ">>=", 3, OP_ASSIGN, OP_SHR },
	{ "?"
	  "?=",
	  3, OP_ASSIGN, OP_COALESCE },
	{ "...", 3, OP_ELLIPSIS, 0 },
	{ "?->", 3, OP_NULL_ARROW, 0 },
	{ "++", 2, OP_PLUS_PLUS, 0 },
	{ "--", 2, OP_MINUS_MINUS, 0 },
	{ "==", 2, OP_EQ, 0 },
	{ "!=", 2, OP_NE, 0 },
	{ "<>", 2, OP_NE, 0 },
	{ "<=", 2, OP_LE, 0 },
	{ ">=", 2, OP_GE, 0 },
	{ "&&", 2, OP_AND, 0 },
	{ "||", 2, OP_OR, 0 },
	{ "?"
	  "?",
	  2, OP_COALESCE, 0 },
	{ "<<", 2, OP_SHL, 0 },
	{ ">>", 2, OP_SHR, 0 },
	{ "**", 2, OP_POW, 0 },
	{ "+=", 2, OP_ASSIGN, '+' },
	{ "-=", 2, OP_ASSIGN, '-' },
	{ "*=", 2, OP_ASSIGN, '*' },
	{ "/=", 2, OP_ASSIGN, '/' },
	{ ".=", 2, OP_ASSIGN, '.' },
	{ "%=", 2, OP_ASSIGN, '%' },
	{ "&=", 2, OP_ASSIGN, '&' },
	{ "|=", 2, OP_ASSIGN, '|' },
	{ "^=", 2, OP_ASSIGN, '^' },
	{ "#[", 2, OP_ATTRIBUTE, 0 },
};

/* The second bytes in LONGS of each first one (test_operators holds both to each other): a file of "<?" alone must not cost a look at the table each. */
static bool is_long(char c, char next)
{
	switch (c) {
	case '<':
		return next == '=' || next == '>' || next == '<';
	case '>':
		return next == '=' || next == '>';
	case '?':
		return next == '?' || next == '-';
	case '=':
		return next == '=' || next == '>';
	case '-':
		return next == '-' || next == '>' || next == '=';
	case '*':
	case '+':
	case '&':
	case '|':
	case '.':
		return next == c || next == '=';
	case ':':
		return next == ':';
	case '#':
		return next == '[';
	default:
		return next == '=';
	}
}

/* (int) and its sisters: the length, or 0. */
static uint32_t cast_here(const struct lexer *l, uint8_t *ret_type)
{
	static const struct {
		char text[8];
		uint8_t n;
	} types[] = { { "int", 3 },   { "integer", 7 }, { "string", 6 }, { "binary", 6 },
		      { "array", 5 }, { "object", 6 },	{ "bool", 4 },	 { "boolean", 7 },
		      { "float", 5 }, { "double", 6 },	{ "real", 4 },	 { "unset", 5 } };
	uint32_t at = l->at + 1, end;

	while (at_char(l, at) == ' ' || at_char(l, at) == '\t')
		at++;
	end = label_end(l, at);
	if (end == at || end - at > 8)
		return 0;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].n == end - at &&
		    span_eq_nocase(span_of(l->p + at, end - at), span_of(types[i].text, types[i].n))) {
			while (at_char(l, end) == ' ' || at_char(l, end) == '\t')
				end++;
			*ret_type = (uint8_t)types[i].text[0];
			return at_char(l, end) == ')' ? end + 1 - l->at : 0;
		}
	return 0;
}

/*
 * The longest that fits. Of those that begin alike the table has the long ones first. The two looks in front of it keep
 * most bytes away from the table: blanks and letters behind an operator are the rule.
 */
static struct token lex_operator(struct lexer *l)
{
	char c = l->p[l->at], next = at_char(l, l->at + 1);
	struct token t = make(TK_OP, (uint8_t)c, l->at, 1);

	if (class_of[(uint8_t)c] & C_LONG && is_long(c, next))
		for (size_t i = 0; i < sizeof(longs) / sizeof(longs[0]); i++)
			if (longs[i].text[0] == c && longs[i].text[1] == next && l->n - l->at >= longs[i].n &&
			    memcmp(l->p + l->at, longs[i].text, longs[i].n) == 0) {
				t = make(TK_OP, longs[i].op, l->at, longs[i].n);
				if (longs[i].assign)
					t.mate = longs[i].assign;
				break;
			}
	if (c == '(' && (class_of[(uint8_t)next] & (C_NAME | C_SPACE))) {
		uint8_t type = 0;
		uint32_t n = cast_here(l, &type);

		if (n) {
			t = make(TK_OP, OP_CAST, l->at, n);
			t.mate = type;
		}
	}
	/* no operator of PHP's: a byte that does nothing */
	if ((uint8_t)c >= 0x7f || (uint8_t)c < ' ')
		t.sub = ';';
	l->at += t.n;
	return t;
}

/* --- all of it ------------------------------------------------------------------------------- */

static struct token lex_php(struct lexer *l)
{
	char c;

	if (!skip_blank(l))
		return make(TK_END, 0, l->n, 0);
	c = l->p[l->at];
	if (class_of[(uint8_t)c] & C_NAME)
		return lex_name(l);
	if (c == '$') {
		uint32_t from = l->at + 1, end = label_end(l, from);

		if (end > from && !(class_of[(uint8_t)l->p[from]] & C_DIGIT)) {
			l->at = end;
			return make(TK_VAR, 0, from, end - from);
		}
		l->at++;
		return make(TK_OP, OP_DOLLAR, from - 1, 1);
	}
	if (class_of[(uint8_t)c] & C_DIGIT || (c == '.' && at_class(l, l->at + 1) & C_DIGIT))
		return lex_number(l);
	if (c == '\'')
		return lex_single(l);
	if (c == '"')
		return lex_double(l);
	if (c == '`') {
		struct token t = make(TK_OPEN, '`', l->at++, 1);

		push(l, MODE_BACKTICK);
		return t;
	}
	/* only at the bottom: inside of quotes the mode that would change is the quotes' */
	if (c == '?' && at_char(l, l->at + 1) == '>' && !l->depth)
		return close_tag(l, 2);
	if (c == '<' && !l->depth && word_here(l, l->at, SPAN("</script>")))
		return close_tag(l, 9);
	if (c == '<' && at_char(l, l->at + 1) == '<' && at_char(l, l->at + 2) == '<') {
		struct token t;

		if (lex_heredoc(l, &t))
			return t;
	}
	return lex_operator(l);
}

/* Code in braces inside of quotes: the brace that ends it becomes a made-up ")". */
static struct token lex_braces(struct lexer *l)
{
	struct token t = lex_php(l);
	struct lex_mode *m = mode(l);

	if (t.kind == TK_END) {
		pop(l);
		return make(TK_OP, ')', l->n, 0);
	}
	if (m->kind != MODE_BRACES || t.kind != TK_OP)
		return t;
	if (t.sub == '{')
		m->braces++;
	if (t.sub == '}') {
		if (m->braces) {
			m->braces--;
		} else if (m->label_n) {
			l->wait[0] = make(TK_OP, ')', t.at, 0);
			l->waiting = 1;
			l->given = 0;
			pop(l);
		} else {
			pop(l);
			return make(TK_OP, ')', t.at, 0);
		}
	}
	return t;
}

struct token lex_next(struct lexer *l)
{
	if (l->given < l->waiting)
		return l->wait[l->given++];
	switch (mode(l)->kind) {
	case MODE_HTML:
		if (l->at >= l->n)
			return make(TK_END, 0, l->n, 0);
		return lex_html(l);
	case MODE_PHP:
		return lex_php(l);
	case MODE_BRACES:
		return lex_braces(l);
	default:
		return lex_quoted(l);
	}
}
