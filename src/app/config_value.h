/*
 * config_value - the types of the configuration's table: reading a value, and showing it again.
 */
#ifndef SPAMTRAIL_APP_CONFIG_VALUE_H
#define SPAMTRAIL_APP_CONFIG_VALUE_H

#include "app/config.h"

enum setting_type {
	SETTING_WORDS, /* list of words */
	SETTING_PATHS, /* list of absolute paths */
	SETTING_NETWORKS, /* list of addresses, with /bits or without */
	SETTING_PATH,
	SETTING_SIZE, /* bytes, with K, M, G (powers of 1024) */
	SETTING_NUMBER,
	SETTING_WORD, /* one, or nothing */
	SETTING_SECRET, /* letters and digits; never shown */
	SETTING_LINE, /* words, as they stand */
	SETTING_HIDDEN, /* a password, or an address that lets in: printable and one word; never shown */
};

struct setting {
	const char *section, *name;
	enum setting_type type;
	size_t offset; /* of the member of struct config */
	const char *built_in;
	uint64_t least, most; /* of sizes and numbers */
};

/* NULL, or what is wrong with VALUE in a few words. */
const char *setting_take(const struct setting *s, struct config *c, const char *value,
			 const struct origin *origin);
void setting_each(const struct setting *s, const struct config *c, config_see *see, void *owner);

#endif
