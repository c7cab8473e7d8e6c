/*
 * fuzz_decode - any bytes through every decoder: output stays under its ceiling whatever the ratio, and the pairs that can
 * go back do.
 */
#include "fuzz_time.h"
#include "scan/decode.h"

#include <stdlib.h>

enum { CEILING = 1 << 20 };

static void must(bool good)
{
	if (!good)
		abort();
}

static decode_fn *const all[] = { decode_base64, decode_base64_encode, decode_inflate,	    decode_zlib,
				  decode_gzip,	 decode_rot13,	       decode_reverse,	    decode_hex,
				  decode_unhex,	 decode_url,	       decode_raw_url,	    decode_url_encode,
				  decode_uu,	 decode_entities,      decode_stripslashes, decode_lower,
				  decode_upper };

static void back(decode_fn *there, decode_fn *again, struct span in)
{
	struct buf a = BUF_MAX(CEILING), b = BUF_MAX(CEILING);

	must(there(in, &a) && again(buf_view(&a), &b));
	must(a.over || b.over || span_eq(in, buf_view(&b)));
	buf_free(&a);
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of((const char *)data, size);
	uint64_t from = time_now();

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct buf out = BUF_MAX(i % 2 ? CEILING : 100);

		all[i](in, &out);
		must(out.n <= out.max);
		buf_free(&out);
	}
	back(decode_base64_encode, decode_base64, in);
	back(decode_hex, decode_unhex, in);
	back(decode_url_encode, decode_url, in);
	back(decode_rot13, decode_rot13, in);
	back(decode_reverse, decode_reverse, in);
	time_must(from, 1000000, 20, size);
	return 0;
}
