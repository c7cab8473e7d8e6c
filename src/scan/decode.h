/*
 * decode - the decoders that scanned text uses on itself, as pure functions of bytes.
 *
 * Each appends to OUT up to its ceiling (OUT->over tells) and returns false where the input is none of its kind; what
 * could be decoded in front of the damage stays.
 *
 * TRUST: input is an attacker's. No decoder gives more than OUT's ceiling, whatever the ratio.
 */
#ifndef SPAMTRAIL_SCAN_DECODE_H
#define SPAMTRAIL_SCAN_DECODE_H

#include "base/buf.h"

/*
 * IN may hold any bytes, NUL as well; OUT is the caller's, with its ceiling set (BUF_MAX), and is
 * appended to. False: PHP's function would give false, or IN is damaged in front of the first byte. True
 * says less: a broken stream that gave something is true as well. OUT->over has to be asked in either
 * case.
 */
typedef bool decode_fn(struct span in, struct buf *out);

decode_fn decode_base64, decode_base64_encode, decode_inflate, decode_zlib, decode_gzip, decode_rot13, decode_reverse,
	decode_hex, decode_unhex, decode_url, decode_raw_url, decode_url_encode, decode_uu, decode_entities,
	decode_stripslashes, decode_stripcslashes, decode_lower, decode_upper;
/* S to OUT, with every FROM (ANY_CASE: plain letters of either) by TO: how many there were. */
size_t decode_replace(struct span s, struct span from, struct span to, bool any_case, struct buf *out);

#endif
