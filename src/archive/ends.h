/*
 * ends - whether a zip has one directory of its files and no other, so that every program sees the same files in it.
 *
 * Where to begin a zip is a matter of taste: at a record near its end, of which there may be two, at its first file, at an offset
 * that the record says or where the directory must then lie. Who makes both shows one program other files than the next.
 * TRUST: the file is an attacker's.
 */
#ifndef SPAMTRAIL_ARCHIVE_ENDS_H
#define SPAMTRAIL_ARCHIVE_ENDS_H

#include <stdbool.h>
#include <stdint.h>

/* FD is a zip of SIZE bytes. */
bool ends_in_one_way(int fd, uint64_t size);

#endif
