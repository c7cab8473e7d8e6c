/*
 * filter - the reader's seccomp allow-list: what is not on it ends the process.
 */
#ifndef SPAMTRAIL_SYS_FILTER_H
#define SPAMTRAIL_SYS_FILTER_H

#include "sys/confine.h"

/*
 * Sanitizers and gcov make calls of their own at exit; such builds get EPERM instead of death.
 * SPAMTRAIL_SOFT_FILTER is for builds that the compiler does not announce (coverage).
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define FILTER_SOFT true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(SPAMTRAIL_SOFT_FILTER)
#define FILTER_SOFT true
#endif
#ifndef FILTER_SOFT
#define FILTER_SOFT false
#endif

/*
 * Loads the filter for good. The channel is the one socket that may be spoken on, complaints the one descriptor that
 * may be written to. library: fstat as libc spells it, too, which can look up a name. network: IP sockets, and the
 * descriptors that a library makes for itself. processes: names beneath proc for reading, and netlink.
 * below: files opened from that one directory; locked_in: by chroot. A negative code where the kernel has no seccomp.
 */
int filter_load(const struct confine_want *want, bool locked_in, struct err *err);

#endif
