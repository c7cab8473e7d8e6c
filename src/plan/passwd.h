/*
 * passwd - files of lines "name:password:...", as passwd(5), shadow(5), Dovecot and FTP servers have them: a line found,
 * and the same bytes with its password locked.
 *
 * A "!" before the password fits no hash, so every password is refused; the hash stays for the way back. Seen on Dovecot
 * 2.3, shadow 4.13.
 *
 * TRUST: the files are root's, but customers choose names in them.
 */
#ifndef SPAMTRAIL_PLAN_PASSWD_H
#define SPAMTRAIL_PLAN_PASSWD_H

#include "base/arena.h"

/* The line at *AT with its end; *AT moves behind it. */
struct span passwd_line(struct span bytes, size_t *at);
/* Field NUMBER of LINE, 0 is the name; empty where there is none. */
struct span passwd_field(struct span line, unsigned number);
/* NAME's line, the first; *RET_AT: where its password begins. Letter by letter: "Bob" is another user than "bob". */
bool passwd_find(struct span bytes, struct span name, size_t *ret_at, struct span *ret_password);
/* No password opens it: "!" or "*" in front. */
bool passwd_is_locked(struct span password);
/* BYTES with a "!" at each of the N places AT, which ascend; in A. */
struct span passwd_locked(struct arena *a, struct span bytes, const size_t *at, size_t n);

#endif
