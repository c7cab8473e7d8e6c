/*
 * native - see native.h. As in look.c what is unpacked is counted, whatever the list says of it.
 * TRUST: as in look.h.
 */
#include "archive/native.h"

#include "archive/looking.h"
#include "base/arena.h"
#include "scan/phar.h"

#include <bzlib.h>
#include <zlib.h>

/* Of a file, for the search; what belongs together in it is shorter than HEAD_MOST. */
enum { PART = 1 << 20, HEAD_MOST = 64 };

struct native {
	struct looking *l;
	bool memory;
	struct span whole; /* where it is in memory */
	uint64_t size;
};

/* As many bytes from AT on as are there, N at most, which is a block at most: good until the next call. */
static struct span piece(struct native *v, uint64_t at, uint64_t n)
{
	ssize_t got;

	if (v->memory)
		return span_head(span_from(v->whole, at), n < LOOKING_BLOCK ? n : LOOKING_BLOCK);
	got = looking_read(v->l, (int64_t)at, n);
	return span_of(v->l->block, got < 0 ? 0 : (size_t)got);
}

/* N bytes from AT on, or as many as are there and can be afforded. */
static struct span read_all(struct native *v, struct buf *to, uint64_t at, uint64_t n)
{
	struct span part;

	while (to->n < n && (part = piece(v, at + to->n, n - to->n)).n && looking_afford(v->l, 0))
		buf_span(to, part);
	return buf_view(to);
}

/* --- one member ---------------------------------------------------------------------------------- */

/* What came out of it, N bytes more; DONE of them before. */
static enum got take(struct looking *l, const void *out, size_t n, uint64_t done)
{
	bool room = looking_keep(l, out, n, (int64_t)done);

	return !looking_afford(l, n) ? GOT_END : room ? GOT_ALL : GOT_PART;
}

static enum got copy(struct native *v, const struct phar_file *f)
{
	enum got got = GOT_ALL;

	for (uint64_t done = 0; done < f->packed && got == GOT_ALL;) {
		struct span in = piece(v, f->at + done, f->packed - done);

		if (!in.n)
			return GOT_BROKEN;
		got = take(v->l, in.p, in.n, done);
		done += in.n;
	}
	return got == GOT_ALL && f->size != f->packed ? GOT_BROKEN : got;
}

static enum got inflate_it(struct native *v, const struct phar_file *f)
{
	z_stream z = { 0 };
	unsigned char out[LOOKING_BLOCK];
	uint64_t from = 0;
	enum got got = GOT_ALL;
	int rc = inflateInit2(&z, -MAX_WBITS);

	if (rc != Z_OK)
		return GOT_BROKEN;
	while (rc == Z_OK && got == GOT_ALL) {
		uint64_t before = z.total_out;

		if (!z.avail_in) {
			struct span in = piece(v, f->at + from, f->packed - from);

			z.next_in = (unsigned char *)(uintptr_t)in.p;
			z.avail_in = (unsigned)in.n;
			from += in.n;
		}
		z.next_out = out;
		z.avail_out = sizeof(out);
		rc = inflate(&z, Z_NO_FLUSH);
		got = take(v->l, out, sizeof(out) - z.avail_out, before);
	}
	if (got == GOT_ALL && (rc != Z_STREAM_END || z.total_out != f->size))
		got = GOT_BROKEN;
	inflateEnd(&z);
	return got;
}

static enum got bunzip(struct native *v, const struct phar_file *f)
{
	bz_stream z = { 0 };
	char out[LOOKING_BLOCK];
	uint64_t from = 0, done = 0;
	enum got got = GOT_ALL;
	int rc = BZ2_bzDecompressInit(&z, 0, 0);

	if (rc != BZ_OK)
		return GOT_BROKEN;
	while (rc == BZ_OK && got == GOT_ALL) {
		bool more = z.avail_in || from < f->packed;
		size_t n;

		if (!z.avail_in) {
			struct span in = piece(v, f->at + from, f->packed - from);

			z.next_in = (char *)(uintptr_t)in.p;
			z.avail_in = (unsigned)in.n;
			from += in.n;
			more = in.n > 0;
		}
		z.next_out = out;
		z.avail_out = sizeof(out);
		rc = BZ2_bzDecompress(&z);
		n = sizeof(out) - z.avail_out;
		got = take(v->l, out, n, done);
		done += n;
		/* unlike zlib it does not say that it waits for more */
		if (!more && !n)
			break;
	}
	if (got == GOT_ALL && (rc != BZ_STREAM_END || done != f->size))
		got = GOT_BROKEN;
	BZ2_bzDecompressEnd(&z);
	return got;
}

static enum got unpack(struct native *v, const struct phar_file *f)
{
	switch (f->method) {
	case PHAR_DEFLATE:
		return inflate_it(v, f);
	case PHAR_BZIP2:
		return bunzip(v, f);
	case PHAR_PLAIN:
		break;
	}
	return copy(v, f);
}

/* False: that was the last. What is called a folder and holds something is a file to older ones. */
static bool one(struct native *v, const struct phar_file *f)
{
	struct looking *l = v->l;
	enum got got;

	if (!looking_wants(l, f->name) || (span_ends(f->name, SPAN("/")) && !f->packed))
		return true;
	looking_at(l, f->name);
	got = unpack(v, f);
	looking_got(l, f->name, f->mtime, got);
	return got != GOT_END;
}

/* --- all of them --------------------------------------------------------------------------------- */

static void members(struct native *v, struct span list, uint64_t behind)
{
	struct looking *l = v->l;
	struct phar_file f;
	struct phar p;
	int rc = phar_open(&p, list) ? 1 : -1;

	l->done->opened = true;
	while (rc > 0 && (rc = phar_next(&p, &f)) > 0) {
		if (l->done->entries == l->want->ask->most.members) {
			l->over = OVER_MEMBERS;
			return;
		}
		l->done->entries++;
		f.at += behind;
		if (!one(v, &f) || !looking_afford(l, 0))
			return;
	}
	l->odd |= rc < 0;
}

void native_look(struct looking *l)
{
	struct native v = { .l = l, .memory = l->single, .size = l->want->ask->size };
	struct buf bytes = BUF_MAX(LOOKING_FILE_MOST), part = BUF_MAX(PART), list = BUF_MAX(PHAR_LIST_MOST);
	uint64_t from = 0, at = 0, n = 0;
	enum phar_form form;
	bool found = false;

	if (v.memory) {
		/* the member at hand is now what the others are in */
		buf_span(&bytes, buf_view(&l->bytes));
		v.whole = buf_view(&bytes);
		v.size = v.whole.n;
	}
	form = phar_form(piece(&v, 0, LOOKING_BLOCK));
	/* what is one to PHP alone holds files that nobody has looked at */
	l->odd |= form == PHAR_TAR && !l->tar;
	/* wherever it begins, and whatever else the file is: the next part begins in the last one's end */
	for (; form == PHAR_OWN && !found && from < v.size && looking_afford(l, part.n);
	     from += PART - HEAD_MOST) {
		part.n = 0;
		found = phar_find(read_all(&v, &part, from, PART), &at, &n);
		at += from;
	}
	if (found && at + n <= v.size && read_all(&v, &list, at, n).n == n)
		members(&v, buf_view(&list), at + n);
	buf_free(&bytes);
	buf_free(&part);
	buf_free(&list);
}
