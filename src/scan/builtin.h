/*
 * builtin - PHP's pure functions, worked out: a fixed table of them (builtin.c), and the functions in it by what they work on.
 * What is not in it is never worked out, and nothing here reads, writes or calls anything outside of the values it is given.
 *
 * TRUST: arguments are the scanned text's, of any kind and number; all that is made of them is charged to the file's budget.
 */
#ifndef SPAMTRAIL_SCAN_BUILTIN_H
#define SPAMTRAIL_SCAN_BUILTIN_H

#include <stdbool.h>
#include <stdint.h>

struct machine;
struct function;
struct value;

/*
 * ARG are the N values on top of the stack, and are not good after the call. True where the result is on the stack, or will
 * be; false: nothing was taken off, the call has yet to be given a result.
 */
bool builtin_run(struct machine *m, const struct function *fn, struct value *arg, uint32_t n);

/* Bytes of one result: far above any script, below the file's whole budget, so that one bomb leaves room for the rest. */
enum { DECODED_MOST = 16 << 20 };
/* Pieces that a text is split into at most: packed ones are split into letters, so there are many. */
enum { PIECES_MOST = 100000 };

/* One of PHP's functions: N values, which stay, to *RET; false: it is not worked out. N is not 0. */
typedef bool act_fn(struct machine *m, struct value *arg, uint32_t n, struct value *ret);

act_fn letters_chr, letters_ord, letters_ucfirst, letters_lcfirst, letters_ucwords, letters_trim, letters_ltrim, letters_rtrim,
	letters_repeat, letters_pad, letters_same, letters_quote;
act_fn pieces_substr, pieces_strlen, pieces_strpos, pieces_strstr, pieces_strrchr, pieces_strtok, pieces_replace, pieces_ireplace,
	pieces_replace_at, pieces_translate;
act_fn format_sprintf, format_pack, format_unpack;
act_fn numbers_hexdec, numbers_bindec, numbers_octdec, numbers_dechex, numbers_base_convert, numbers_intval, numbers_floor,
	numbers_is, numbers_min, numbers_max;
act_fn patterns_match, patterns_split, patterns_replace;
act_fn lists_explode, lists_split, lists_implode, lists_count, lists_range, lists_reverse, lists_merge, lists_shift, lists_pop,
	lists_push, lists_keys, lists_values, lists_flip, lists_slice, lists_current, lists_end, lists_is_array, lists_in_array;
act_fn paths_fopen, paths_curl, paths_basename, paths_pathinfo;
/* variables_args: N may be 0. */
act_fn variables_define, variables_constant, variables_parse_str, variables_extract, variables_import, variables_args;

/* All of ARG have a content, or are null. */
bool builtin_known(const struct value *arg, uint32_t n);
/* An empty list; false over the budget. */
bool lists_new(struct machine *m, struct value *ret);

#endif
