/*
 * wrap - a call that may be made to fail: the linker sends ours here (--wrap in meson.build), never a library's.
 */
#ifndef SPAMTRAIL_TEST_WRAP_H
#define SPAMTRAIL_TEST_WRAP_H

/* HITS(name) says whether this call fails, and has set errno then. BAD: what it returns. */
#define WRAP(hits, type, bad, name, params, args)                      \
	type __real_##name params;                                     \
	type __wrap_##name params;                                     \
	type __wrap_##name params                                      \
	{                                                              \
		return hits(#name) ? (type)(bad) : __real_##name args; \
	}

#endif
