/*
 * spamtrail-journal - writes what mail, login, web and ftp programs logged to the systemd journal, one line of JSON
 * an entry, oldest first: spamtrail-journal [--unconfined] DIRECTORY [SINCE [SECONDS]]
 *
 * A program of its own so that libsystemd, a large parser of binary files, is neither linked into spamtrail nor
 * given more than descriptors: files are opened first, then the process is confined as the reader is (nobody,
 * Landlock, seccomp), and only then their first byte is read. SINCE is in UTC seconds; after SECONDS it ends by SIGALRM.
 * With SINCE values are cut at 16 KiB, which no mail server's line reaches: any user can log a megabyte ten thousand times
 * a minute, journald keeps it once, and we would unpack it each time.
 *
 * Standard output is a pipe or a terminal: confined, it may not make a file grow.
 *
 * Ends with 0 when all was written; 3 when a file could not be opened or is no journal; 66 when there is none;
 * 74 when it could not be written or read to the end; 77 when the kernel cannot confine.
 *
 * TRUST: journal files may be anybody's (a mounted image), their entries any local user's.
 */
#include "base/span.h"
#include "journal/files.h"
#include "journal/write.h"
#include "sys/confine.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define FIELD_MOST (1u << 20) /* limit journal, bytes: of one message */
#define FIELD_SINCE (16u << 10)
#define ENTRY_MOST (8u << 20) /* limit journal, bytes: of one entry */
#define FLUSH_AT (64u << 10)
#define ADDRESS_SPACE ((uint64_t)64 << 30) /* a window of 8 MiB stays mapped per file */

/* From systemd 256 on the decompressors are loaded when the first packed field is met, which is too late then. */
static void load_decompressors(void)
{
	static const char *const names[] = { "libzstd.so.1", "liblz4.so.1", "liblzma.so.5" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		dlopen(names[i], RTLD_NOW | RTLD_GLOBAL);
}

static const struct confine_want confined = {
	.channel = -1,
	.complaints = STDOUT_FILENO,
	.files = 2 * JOURNAL_FILES_MOST + 64,
	.memory = ADDRESS_SPACE,
	.library = true,
};

static int flush(struct buf *out, struct err *err)
{
	for (size_t done = 0; done < out->n;) {
		ssize_t n = write(STDOUT_FILENO, out->p + done, out->n - done);

		if (n < 0 && errno != EINTR)
			return err_sys(err, EXIT_IO, "cannot write");
		done += n > 0 ? (size_t)n : 0;
	}
	out->n = 0;
	return 0;
}

/* libsystemd drops a file it cannot read without a word, so each is tried by itself before all are opened. */
static int open_journal(struct journal_files *f, size_t most, sd_journal **ret, struct err *err)
{
	unsigned good = 0;
	int r;

	for (unsigned i = 0; i < f->n; i++) {
		int copy = fcntl(f->fd[i], F_DUPFD_CLOEXEC, 3); /* closed with the journal */
		sd_journal *one;

		if (copy < 0 || sd_journal_open_files_fd(&one, &copy, 1, 0) < 0) {
			f->missed = true;
			continue;
		}
		sd_journal_close(one);
		f->fd[good++] = f->fd[i];
	}
	f->n = good;
	if (good == 0)
		return err_set(err, EXIT_NOINPUT, "no journal file can be read");
	r = sd_journal_open_files_fd(ret, f->fd, good, 0);
	if (r < 0) {
		errno = -r;
		return err_sys(err, EXIT_IO, "the journal cannot be read");
	}
	sd_journal_set_data_threshold(*ret, most);
	return 0;
}

static int write_since(sd_journal *j, uint64_t since, size_t most, struct err *err)
{
	struct buf out = BUF_MAX(ENTRY_MOST);
	int rc = 0, r = since ? sd_journal_seek_realtime_usec(j, since) : sd_journal_seek_head(j);

	while (r >= 0 && rc == 0 && (r = sd_journal_next(j)) > 0) {
		uint64_t usec;
		size_t before = out.n;

		if (sd_journal_get_realtime_usec(j, &usec) < 0 || usec < since)
			continue;
		write_entry(&out, j, usec, most);
		if (out.over) {
			out.n = before;
			out.over = false;
		}
		if (out.n >= FLUSH_AT)
			rc = flush(&out, err);
	}
	if (rc == 0)
		rc = flush(&out, err);
	buf_free(&out);
	if (rc == 0 && r < 0) {
		errno = -r;
		return err_sys(err, EXIT_IO, "the journal cannot be read to its end");
	}
	return rc;
}

static int run(const char *path, uint64_t since, bool unconfined, struct err *err)
{
	static struct journal_files files;
	size_t most = since ? FIELD_SINCE : FIELD_MOST;
	sd_journal *j = NULL;
	int rc = files_open(&files, path, err);

	load_decompressors();
	if (rc == 0)
		rc = confine_helper(&confined, unconfined, err);
	if (rc == 0)
		rc = open_journal(&files, most, &j, err);
	if (rc == 0)
		rc = write_since(j, since * 1000000, most, err);
	return rc < 0 ? rc : files.missed ? EXIT_INCOMPLETE : 0;
}

int main(int argc, char **argv)
{
	bool unconfined = argc > 1 && strcmp(argv[1], "--unconfined") == 0;
	uint64_t since = 0, seconds = 0;
	struct err err = { 0 };
	int rc;

	argc -= unconfined;
	argv += unconfined;
	if (argc < 2 || argc > 4 ||
	    (argc >= 3 && (!span_u64(span_str(argv[2]), &since) || since > UINT32_MAX)) ||
	    (argc == 4 && (!span_u64(span_str(argv[3]), &seconds) || seconds > 86400))) {
		fputs("usage: spamtrail-journal [--unconfined] DIRECTORY [SINCE [SECONDS]]\n", stderr);
		return EXIT_USAGE;
	}
	/* by the kernel's hand: also where a disk or whoever reads the pipe makes us wait */
	alarm((unsigned)seconds);
	rc = run(argv[1], since, unconfined, &err);
	/* once confined, only standard output may be written to: the code says it all */
	_exit(rc < 0 ? -rc : rc);
}
