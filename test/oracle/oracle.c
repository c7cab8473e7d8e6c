/*
 * oracle FILE... - holds our lexer against tree-sitter's grammar of PHP: for each byte that one of our tokens begins at, both
 * have to call it the same - page, code, comment or text in quotes. Prints a line for each byte that differs, then
 * "FILES BYTES DIFFER UNREAD", where UNREAD are files with something that the grammar itself does not understand. With -x in front
 * ours is told that pages are code, which has to differ.
 */
#include "scan/lex.h"
#include "scan/lexicon.h"

#include <stdio.h>
#include <stdlib.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_php(void);

enum what { CODE, PAGE, COMMENT, QUOTED, UNSURE };
static const char *const names[] = { "code", "page", "comment", "quoted", "unsure" };
static unsigned long files, compared, differ, unread;
static bool wrong;

/* Later marks lie inside of earlier ones and win. */
static void mark(uint8_t *map, TSNode node)
{
	static const struct {
		const char *type;
		enum what what;
	} kinds[] = { { "text", PAGE },
		      { "comment", COMMENT },
		      { "string_content", QUOTED },
		      { "nowdoc_string", QUOTED },
		      { "escape_sequence", QUOTED },
		      { "string", QUOTED },
		      /* a heredoc's labels and tags are no token of ours */
		      { "heredoc_start", UNSURE },
		      { "heredoc_end", UNSURE },
		      { "php_tag", UNSURE },
		      { "?>", UNSURE },
		      { "shell_command_expression", UNSURE } };
	const char *type = ts_node_type(node);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		/* "string" is a type's name, too */
		if (strcmp(type, kinds[i].type) == 0 && (ts_node_is_named(node) || kinds[i].what == UNSURE))
			memset(map + ts_node_start_byte(node), kinds[i].what,
			       ts_node_end_byte(node) - ts_node_start_byte(node));
}

static void walk(uint8_t *map, TSNode root)
{
	TSTreeCursor at = ts_tree_cursor_new(root);

	for (;;) {
		mark(map, ts_tree_cursor_current_node(&at));
		if (ts_tree_cursor_goto_first_child(&at))
			continue;
		while (!ts_tree_cursor_goto_next_sibling(&at))
			if (!ts_tree_cursor_goto_parent(&at)) {
				ts_tree_cursor_delete(&at);
				return;
			}
	}
}

/* What we take the byte at T's place for; -1: nothing that is to be compared. */
static int ours(const struct token *t)
{
	switch (t->kind) {
	case TK_HTML:
		return PAGE;
	case TK_VAR:
	case TK_NAME:
	case TK_NUMBER:
		return CODE;
	case TK_RAW:
	case TK_TEXT:
		return QUOTED;
	default:
		return -1;
	}
}

static void compare(const char *path, const uint8_t *map, struct span text, const struct lexicon *words)
{
	struct lexer l;
	struct token t;

	lex_start(&l, words, text, wrong);
	while ((t = lex_next(&l)).kind != TK_END) {
		int what = ours(&t);
		uint32_t line, column;

		/* the grammar has blanks in front of a page's text as nobody's */
		while (t.n && strchr(" \t\r\n", text.p[t.at])) {
			t.at++;
			t.n--;
		}
		if (what < 0 || !t.n || map[t.at] == UNSURE)
			continue;
		compared++;
		if (what == map[t.at])
			continue;
		lex_place(text, t.at, &line, &column);
		printf("%s:%u:%u: %s here, %s there: %.*s\n", path, line, column, names[what],
		       names[map[t.at]], t.n < 30 ? (int)t.n : 30, text.p + t.at);
		differ++;
	}
}

static void one_file(TSParser *parser, const struct lexicon *words, const char *path)
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(1 << 20);
	size_t n = f ? fread(bytes, 1, 1 << 20, f) : 0;
	TSTree *tree = ts_parser_parse_string(parser, NULL, bytes, (uint32_t)n);
	uint8_t *map = calloc(1, n + 1);

	if (f)
		fclose(f);
	files++;
	if (ts_node_has_error(ts_tree_root_node(tree))) {
		unread++;
	} else {
		walk(map, ts_tree_root_node(tree));
		compare(path, map, span_of(bytes, n), words);
	}
	ts_tree_delete(tree);
	free(map);
	free(bytes);
}

int main(int argc, char **argv)
{
	TSParser *parser = ts_parser_new();
	struct lexicon *words = lexicon_new();

	if (!ts_parser_set_language(parser, tree_sitter_php()))
		return 70;
	wrong = argc > 1 && strcmp(argv[1], "-x") == 0;
	for (int i = 1 + wrong; i < argc; i++)
		one_file(parser, words, argv[i]);
	printf("%lu %lu %lu %lu\n", files, compared, differ, unread);
	lexicon_free(words);
	ts_parser_delete(parser);
	return differ > 0;
}
