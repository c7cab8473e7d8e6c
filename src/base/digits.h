/*
 * digits - what one letter of an encoding counts. Of any byte: -1, or false, where it is none of them.
 */
#ifndef SPAMTRAIL_BASE_DIGITS_H
#define SPAMTRAIL_BASE_DIGITS_H

#include <stdbool.h>

static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* May stand in an IPv4 or IPv6 address. */
static inline bool is_ip_letter(char c)
{
	return hex_digit(c) >= 0 || c == '.' || c == ':';
}

#endif
