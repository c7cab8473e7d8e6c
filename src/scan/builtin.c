/*
 * builtin - see builtin.h: the table, one row for each of PHP's functions, with decoders and digests; what it has a row for is
 * called here and nowhere else.
 *
 * It promises: where a row gives no result the arguments still lie on the stack.
 * TRUST: arguments are the scanned text's.
 */
#include "scan/builtin.h"

#include "scan/machine.h"
#include "scan/callbacks.h"
#include "scan/decode.h"

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <zlib.h>

bool builtin_known(const struct value *arg, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (arg[i].kind == V_UNKNOWN || arg[i].kind == V_OBJECT || arg[i].kind == V_CLOSURE)
			return false;
	return true;
}

static const struct {
	decode_fn *decode;
	bool hides; /* its input cannot be read by a person */
} decoders[ACTS] = {
	[ACT_BASE64] = { decode_base64, true },
	[ACT_BASE64_ENCODE] = { decode_base64_encode, false },
	[ACT_INFLATE] = { decode_inflate, true },
	[ACT_UNCOMPRESS] = { decode_zlib, true },
	[ACT_GZDECODE] = { decode_gzip, true },
	[ACT_ROT13] = { decode_rot13, true },
	[ACT_REVERSE] = { decode_reverse, true },
	[ACT_HEX] = { decode_hex, false },
	[ACT_UNHEX] = { decode_unhex, true },
	[ACT_URLDECODE] = { decode_url, true },
	[ACT_RAWURLDECODE] = { decode_raw_url, true },
	[ACT_URLENCODE] = { decode_url_encode, false },
	[ACT_UUDECODE] = { decode_uu, true },
	[ACT_ENTITIES] = { decode_entities, false },
	[ACT_STRIPSLASHES] = { decode_stripslashes, false },
	[ACT_STRIPCSLASHES] = { decode_stripcslashes, false },
	[ACT_LOWER] = { decode_lower, false },
	[ACT_UPPER] = { decode_upper, false },
};

/* The steps charged follow the bytes made; the step taken becomes part of the proof. */
static bool run_decoder(struct machine *m, const struct function *fn, struct value *arg, struct value *ret)
{
	char scratch[VALUE_SCRATCH];
	struct buf out = BUF_MAX(DECODED_MOST);
	struct span in;
	struct value v;

	if (!value_to_text(arg, scratch, &in))
		return false;
	/* half, as the result is copied into the pool, and what runs it needs room for its code */
	if (out.max > m->e->pool.bytes_left / 2)
		out.max = m->e->pool.bytes_left / 2;
	if (!decoders[fn->act].decode(in, &out)) {
		buf_free(&out);
		return false;
	}
	if (out.over)
		m->e->limits |= LIMIT_BYTES;
	charge(m, out.n / 64);
	v = value_text(&m->e->pool, buf_view(&out));
	buf_free(&out);
	v.marks = arg->marks;
	v.from = arg->from;
	if (decoders[fn->act].hides) {
		/*
		 * 40 bytes: a function's name comes out of a decoder in honest code as well, a script
		 * that is any use is longer
		 */
		if (v.marks & M_DECODED && v.n > 40)
			v.marks |= M_FRAGILE;
		v.marks |= M_BUILT | M_CHANGED | (in.n > 40 ? M_DECODED : 0);
		v.from = machine_step(m, arg->from, fn->name);
	}
	*ret = v;
	return true;
}

/* Keys of packed scripts are digests of passwords that stand beside them. */
static bool digest(struct machine *m, const struct function *fn, struct value *arg, uint32_t n,
		   struct value *ret)
{
	char scratch[VALUE_SCRATCH], hex[2 * SHA1_DIGEST_SIZE];
	uint8_t sum[SHA1_DIGEST_SIZE];
	struct span s;
	size_t size = fn->name[0] == 'm' ? MD5_DIGEST_SIZE : SHA1_DIGEST_SIZE;

	if (!value_to_text(arg, scratch, &s) || arg->marks & (M_INPUT | M_BARE))
		return false;
	charge(m, s.n / 16);
	if (fn->name[0] == 'c') {
		*ret = value_int((int64_t)crc32(0, (const Bytef *)s.p, (uInt)s.n));
		return true;
	}
	if (fn->name[0] == 'm') {
		struct md5_ctx ctx;

		md5_init(&ctx);
		md5_update(&ctx, s.n, (const uint8_t *)s.p);
		md5_digest(&ctx, size, sum);
	} else {
		struct sha1_ctx ctx;

		sha1_init(&ctx);
		sha1_update(&ctx, s.n, (const uint8_t *)s.p);
		sha1_digest(&ctx, size, sum);
	}
	if (n > 1 && value_truth(&arg[1]) == 1) {
		*ret = value_text(&m->e->pool, span_of((const char *)sum, size));
		return true;
	}
	for (size_t i = 0; i < size; i++) {
		hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
	}
	*ret = value_text(&m->e->pool, span_of(hex, 2 * size));
	return true;
}

/* Worked out where all arguments are known. */
static act_fn *const of_known[ACTS] = {
	[ACT_CHR] = letters_chr,
	[ACT_ORD] = letters_ord,
	[ACT_UCFIRST] = letters_ucfirst,
	[ACT_UCWORDS] = letters_ucwords,
	[ACT_LCFIRST] = letters_lcfirst,
	[ACT_TRIM] = letters_trim,
	[ACT_LTRIM] = letters_ltrim,
	[ACT_RTRIM] = letters_rtrim,
	[ACT_SUBSTR] = pieces_substr,
	[ACT_REPEAT] = letters_repeat,
	[ACT_PAD] = letters_pad,
	[ACT_STRLEN] = pieces_strlen,
	[ACT_STRPOS] = pieces_strpos,
	[ACT_STRSTR] = pieces_strstr,
	[ACT_STRRCHR] = pieces_strrchr,
	[ACT_REPLACE] = pieces_replace,
	[ACT_IREPLACE] = pieces_ireplace,
	[ACT_REPLACE_AT] = pieces_replace_at,
	[ACT_TRANSLATE] = pieces_translate,
	[ACT_SPRINTF] = format_sprintf,
	[ACT_PACK] = format_pack,
	[ACT_HEXDEC] = numbers_hexdec,
	[ACT_BINDEC] = numbers_bindec,
	[ACT_OCTDEC] = numbers_octdec,
	[ACT_DECHEX] = numbers_dechex,
	[ACT_BASE_CONVERT] = numbers_base_convert,
	[ACT_STRTOK] = pieces_strtok,
	[ACT_INTVAL] = numbers_intval,
	[ACT_FLOOR] = numbers_floor,
	[ACT_DEFINE] = variables_define,
	[ACT_CONSTANT] = variables_constant,
};

/* These take whatever there is, and say themselves what their result is made of. */
static act_fn *const of_any[ACTS] = {
	[ACT_EXPLODE] = lists_explode,
	[ACT_SPLIT] = lists_split,
	[ACT_LINES] = patterns_split,
	[ACT_IMPLODE] = lists_implode,
	[ACT_COUNT] = lists_count,
	[ACT_RANGE] = lists_range,
	[ACT_ARRAY_REVERSE] = lists_reverse,
	[ACT_ARRAY_MERGE] = lists_merge,
	[ACT_SHIFT] = lists_shift,
	[ACT_POP] = lists_pop,
	[ACT_PUSH] = lists_push,
	[ACT_KEYS] = lists_keys,
	[ACT_VALUES] = lists_values,
	[ACT_FLIP] = lists_flip,
	[ACT_SLICE] = lists_slice,
	[ACT_CURRENT] = lists_current,
	[ACT_END] = lists_end,
	[ACT_IS] = numbers_is,
	[ACT_IS_ARRAY] = lists_is_array,
	[ACT_UNPACK] = format_unpack,
	[ACT_IN_ARRAY] = lists_in_array,
	[ACT_ARGS] = variables_args,
	[ACT_MIN] = numbers_min,
	[ACT_MAX] = numbers_max,
	[ACT_PARSE_STR] = variables_parse_str,
	[ACT_EXTRACT] = variables_extract,
	[ACT_IMPORT] = variables_import,
	[ACT_PREG_MATCH] = patterns_match,
	[ACT_PREG_REPLACE] = patterns_replace,
	[ACT_FOPEN] = paths_fopen,
	[ACT_CURL] = paths_curl,
	[ACT_BASENAME] = paths_basename,
	[ACT_PATHINFO] = paths_pathinfo,
	[ACT_MBCONVERT] = letters_same,
	[ACT_QUOTE] = letters_quote,
};

/* By a decoder, a digest or a function of what is known: all but those that take whatever there is. */
static bool work_out(struct machine *m, const struct function *fn, struct value *arg, uint32_t n,
		     struct value *ret)
{
	bool done;

	if (decoders[fn->act].decode)
		done = run_decoder(m, fn, arg, ret);
	else if (fn->act == ACT_DIGEST)
		done = digest(m, fn, arg, n, ret);
	else
		done = of_known[fn->act] &&
		       (builtin_known(arg, n) || fn->act == ACT_DEFINE || fn->act == ACT_SPRINTF) &&
		       of_known[fn->act](m, arg, n, ret);
	/* the content is one of those it may have */
	for (uint32_t i = 0; done && fn->flow == FLOW_JOIN && i < n; i++)
		ret->marks |= arg[i].marks & (M_INPUT | M_UPLOAD | M_REMOTE | M_CLIENT | M_FILE);
	return done;
}

bool builtin_run(struct machine *m, const struct function *fn, struct value *arg, uint32_t n)
{
	struct value v = value_unknown(0, 0);

	if (callbacks_act(fn->act))
		return callbacks_run(m, fn, arg, n);
	if (!n && fn->act != ACT_ARGS)
		return false;
	if (of_any[fn->act] ? !of_any[fn->act](m, arg, n, &v) : !work_out(m, fn, arg, n, &v))
		return false;
	drop_values(m, n);
	v.slot = 0;
	push_value(m, v);
	return true;
}
