/*
 * decoder - the five decompression libraries behind one step function; inflate.c is the only user.
 */
#ifndef SPAMTRAIL_SYS_DECODER_H
#define SPAMTRAIL_SYS_DECODER_H

#include <stdbool.h>
#include <stddef.h>

enum decode_result {
	DECODE_MORE, /* wants more input, or more room */
	DECODE_END, /* end of a member; another may follow */
	DECODE_DAMAGED,
	DECODE_WRONG_SUM, /* of the whole member, at its end: the damage may lie anywhere in it */
	DECODE_TOO_BIG, /* asks for more memory than we give */
};

/* Moved on by a step. */
struct decode_io {
	const unsigned char *in;
	size_t in_n;
	unsigned char *out;
	size_t out_n;
	bool last; /* no input comes after this */
};

struct decoder {
	void *(*start)(void); /* NULL: no memory */
	enum decode_result (*step)(void *state, struct decode_io *io);
	/* Ready for the next member. */
	void (*again)(void *state);
	void (*end)(void *state);
	bool (*magic)(const unsigned char *p, size_t n);
};

extern const struct decoder decoder_zlib, decoder_zstd, decoder_xz, decoder_bzip2;
#ifdef HAVE_ISAL
extern const struct decoder decoder_isal;
#endif

#endif
