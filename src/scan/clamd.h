/*
 * clamd - ClamAV's daemon, asked about open files over its socket: the file itself is handed over, so that clamd needs no
 * right to its folder and no name is looked up twice.
 *
 * Three answers: clean, found, none. None is never a finding and never clean: clamd is away, overloaded, or over a limit.
 * TRUST: whoever listens on the socket; what it says is bounded, and only shown.
 */
#ifndef SPAMTRAIL_SCAN_CLAMD_H
#define SPAMTRAIL_SCAN_CLAMD_H

#include "base/buf.h"
#include "base/err.h"

enum clamd_state { CLAMD_CLEAN, CLAMD_FOUND, CLAMD_NO_ANSWER };

/* Waits at most: for a file, for a greeting. */
enum {
	CLAMD_SECONDS = 30, /* limit scan, s: for clamd in one file */
	CLAMD_HELLO_SECONDS = 5, /* limit scan, s: for clamd to say that it is there */
};

/* NAME gets the signature's name, or why there is no answer. FD stays the caller's and where it is. */
enum clamd_state clamd_ask(const char *socket, int fd, struct buf *name);
/* What clamd says it is; *RET_AT the time of its signatures, 0 where it does not tell. Negative: it does not answer. */
int clamd_version(const char *socket, struct buf *version, int64_t *ret_at, struct err *err);
/* Of the text of a clamd.conf: the path behind LocalSocket, or nothing. */
struct span clamd_socket_of(struct span conf);
/* The time in "ClamAV 1.4.6/27450/Thu Nov  5 09:28:13 2026"; 0: none in it. */
int64_t clamd_time_of(struct span version);

#endif
