/* reader_child - the confined half of reader.h: never returns. */
#ifndef SPAMTRAIL_APP_READER_CHILD_H
#define SPAMTRAIL_APP_READER_CHILD_H

#include "app/reader.h"

void reader_child(const struct reader_want *want, int channel_fd) __attribute__((noreturn));

#endif
