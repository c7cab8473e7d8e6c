/*
 * width - columns a character takes on a terminal, the same in every locale.
 */
#ifndef SPAMTRAIL_BASE_WIDTH_H
#define SPAMTRAIL_BASE_WIDTH_H

#include <stdint.h>

/* 0 for combining marks, 2 for East Asian wide and full-width and for emoji, else 1. */
unsigned width_of(uint32_t cp);

#endif
