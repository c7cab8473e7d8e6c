/*
 * digest - what a file is, beside its name: SHA-256 of its bytes (libcrypto), and its extended attributes.
 *
 * TRUST: bytes and attributes are anybody's; they are summed and copied, never understood.
 */
#include "act/hold.h"
#include "act/act.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/pack.h"

#include <errno.h>
#include <openssl/evp.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PIECE (64u << 10)
/* a second or two of work: a file may say any size, and grow while it is read */
#define DIGEST_MOST (256 << 20)

int digest_file(int fd, unsigned char out[DIGEST_BYTES], struct err *err)
{
	EVP_MD_CTX *sum = EVP_MD_CTX_new();
	char *piece = xmalloc(PIECE);
	off_t at = 0;
	ssize_t n = 0;
	int rc = 0;

	if (!sum || EVP_DigestInit_ex(sum, EVP_sha256(), NULL) != 1)
		rc = err_set(err, EXIT_SOFTWARE, "libcrypto has no SHA-256");
	while (rc == 0 && ((n = pread(fd, piece, PIECE, at)) > 0 || (n < 0 && errno == EINTR))) {
		if (n > 0 && EVP_DigestUpdate(sum, piece, (size_t)n) != 1)
			rc = err_set(err, EXIT_SOFTWARE, "libcrypto cannot sum");
		at += n > 0 ? n : 0;
		if (at > DIGEST_MOST)
			rc = err_set(err, EXIT_IO, "a file is too long for a sum");
	}
	if (rc == 0 && n < 0)
		rc = err_sys(err, EXIT_IO, "a file cannot be read for its sum");
	if (rc == 0 && EVP_DigestFinal_ex(sum, out, NULL) != 1)
		rc = err_set(err, EXIT_SOFTWARE, "libcrypto cannot sum");
	EVP_MD_CTX_free(sum);
	free(piece);
	return rc;
}

void digest_span(struct span s, unsigned char out[DIGEST_BYTES])
{
	if (EVP_Digest(s.p ? s.p : "", s.n, out, NULL, EVP_sha256(), NULL) != 1)
		bug("libcrypto has no SHA-256");
}

static int add_value(const char *link, const char *name, struct packer *out)
{
	char small[512];
	char *value = small;
	ssize_t n = getxattr(link, name, small, sizeof(small));

	if (n < 0 && errno == ERANGE) {
		n = getxattr(link, name, NULL, 0);
		value = n > 0 ? xmalloc((size_t)n) : small;
		n = n > 0 ? getxattr(link, name, value, (size_t)n) : n;
	}
	if (n >= 0) {
		pack_span(out, span_str(name));
		pack_span(out, span_of(value, (size_t)n));
	}
	if (value != small)
		free(value);
	return n < 0 && errno != ENODATA ? -1 : 0;
}

/* Through /proc, since neither a link is followed nor the file opened that way. */
int xattrs_read(int fd, struct buf *out, struct err *err)
{
	struct packer packer = { .out = out };
	char link[40];
	char *names;
	ssize_t n;
	int rc = 0;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = listxattr(link, NULL, 0);
	if (n <= 0)
		return n == 0 || errno == ENOTSUP
			       ? 0
			       : err_sys(err, EXIT_IO, "extended attributes cannot be read");
	names = xmalloc((size_t)n + 1);
	n = listxattr(link, names, (size_t)n);
	if (n >= 0)
		names[n] = '\0';
	for (ssize_t at = 0; at < n && rc == 0; at += (ssize_t)strlen(names + at) + 1)
		rc = add_value(link, names + at, &packer);
	if (n < 0 || rc < 0)
		rc = err_sys(err, EXIT_IO, "extended attributes cannot be read");
	free(names);
	return rc;
}

int xattrs_write(int fd, struct span packed, struct err *err)
{
	struct unpacker u = { .left = packed };

	while (u.left.n && !u.failed) {
		struct span name = unpack_span(&u), value = unpack_span(&u);
		char text[XATTR_NAME_MAX + 1];

		if (u.failed || name.n > XATTR_NAME_MAX)
			return err_set(err, EXIT_IO, "a record's extended attributes are damaged");
		/* a capability would make other bytes as powerful as the old ones were */
		if (span_eq(name, SPAN("security.capability")))
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)name.n, name.p);
		if (fsetxattr(fd, text, value.p ? value.p : "", value.n, 0) < 0)
			return err_sys(err, EXIT_IO, "the extended attribute %s cannot be set", text);
	}
	return u.failed ? err_set(err, EXIT_IO, "a record's extended attributes are damaged") : 0;
}
