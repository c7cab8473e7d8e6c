/*
 * lexicon - see lexicon.h: two small open-addressing tables over the lower-case words.
 */
#include "scan/lexicon.h"

#include "base/err.h"
#include "base/lower.h"
#include "scan/functions.h"

/*
 * Powers of two well above the numbers of words: searching ends at an empty slot, so there have to be
 * some, and a word that is none of ours, the common case, meets one soon. WORD_MOST: no word of the
 * tables is longer.
 */
enum { WORD_MOST = 32, KEYWORD_SLOTS = 512, FUNCTION_SLOTS = 2048 };

static const char *const keywords[KEYWORDS] = {
	"",	      "abstract",  "and",	 "array",     "as",	      "break",	      "case",
	"catch",      "class",	   "clone",	 "const",     "continue",     "declare",      "default",
	"do",	      "echo",	   "else",	 "elseif",    "empty",	      "endif",	      "endfor",
	"endforeach", "endswitch", "endwhile",	 "enum",      "eval",	      "exit",	      "extends",
	"final",      "finally",   "fn",	 "for",	      "foreach",      "function",     "global",
	"goto",	      "if",	   "implements", "include",   "include_once", "instanceof",   "interface",
	"isset",      "list",	   "match",	 "namespace", "new",	      "or",	      "print",
	"private",    "protected", "public",	 "readonly",  "require",      "require_once", "return",
	"static",     "switch",	   "throw",	 "trait",     "try",	      "unset",	      "use",
	"var",	      "while",	   "xor",	 "yield",
};

struct lexicon {
	uint8_t keyword[KEYWORD_SLOTS], keyword_n[KEYWORDS];
	const struct function *function[FUNCTION_SLOTS];
	uint8_t function_n[FUNCTION_SLOTS]; /* bytes of its name: every word of every file is looked up */
};

static uint32_t hash_word(const char *p, size_t n)
{
	uint32_t h = (uint32_t)n * 0x9e3779b1u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)p[i]) * 0x01000193u;
	return h ^ h >> 15;
}

/* The word in lower case; false where it is too long to be one of ours. */
static bool lower(struct span word, char *ret_text)
{
	if (word.n == 0 || word.n > WORD_MOST)
		return false;
	span_lower(word, ret_text);
	return true;
}

static void add_function(struct lexicon *l, const struct function *f)
{
	uint32_t at = hash_word(f->name, strlen(f->name)) % FUNCTION_SLOTS;

	while (l->function[at])
		at = (at + 1) % FUNCTION_SLOTS;
	l->function[at] = f;
	l->function_n[at] = (uint8_t)strlen(f->name);
}

struct lexicon *lexicon_new(void)
{
	struct lexicon *l = xcalloc(1, sizeof(*l));

	for (unsigned k = 1; k < KEYWORDS; k++) {
		uint32_t at = hash_word(keywords[k], strlen(keywords[k])) % KEYWORD_SLOTS;

		while (l->keyword[at])
			at = (at + 1) % KEYWORD_SLOTS;
		l->keyword[at] = (uint8_t)k;
		l->keyword_n[k] = (uint8_t)strlen(keywords[k]);
	}
	for (size_t i = 0; i < functions_n; i++)
		add_function(l, &functions[i]);
	return l;
}

void lexicon_free(struct lexicon *l)
{
	free(l);
}

enum keyword lexicon_keyword(const struct lexicon *l, struct span word)
{
	char text[WORD_MOST];
	uint32_t at;

	if (word.n > 12 || word.n < 2 || !lower(word, text))
		return KW_NONE;
	/* die is exit */
	if (word.n == 3 && memcmp(text, "die", 3) == 0)
		return KW_EXIT;
	for (at = hash_word(text, word.n) % KEYWORD_SLOTS; l->keyword[at]; at = (at + 1) % KEYWORD_SLOTS)
		if (l->keyword_n[l->keyword[at]] == word.n &&
		    memcmp(keywords[l->keyword[at]], text, word.n) == 0)
			return (enum keyword)l->keyword[at];
	return KW_NONE;
}

const struct function *lexicon_function(const struct lexicon *l, struct span name)
{
	char text[WORD_MOST];
	uint32_t at;

	if (name.n && name.p[0] == '\\')
		name = span_from(name, 1);
	if (!lower(name, text))
		return NULL;
	for (at = hash_word(text, name.n) % FUNCTION_SLOTS; l->function[at]; at = (at + 1) % FUNCTION_SLOTS)
		if (l->function_n[at] == name.n && memcmp(l->function[at]->name, text, name.n) == 0)
			return l->function[at];
	return NULL;
}
