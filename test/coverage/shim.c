/*
 * shim - linked into spamtrail by a coverage build (-Db_coverage=true) with the linker's --wrap, never shipped.
 *
 * A confined child can open no file, so its counters would be lost: here it is told that it is confined and
 * is not. Who leaves by _exit writes his counters first. sys/confine has unit tests of its own.
 */
#include "sys/confine.h"

#include <unistd.h>

void __gcov_dump(void);
int __wrap_confine_reader(const struct confine_want *want, struct confine_report *ret_report,
			  struct err *err);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));

int __wrap_confine_reader(const struct confine_want *want, struct confine_report *ret_report, struct err *err)
{
	*ret_report = (struct confine_report){ .kills = true, .uid = geteuid() };
	return 0;
}

void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
