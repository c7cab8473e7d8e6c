/*
 * yara - what spamtrail and its helper spamtrail-yara say to each other over one socket (sys/channel.h).
 *
 * TRUST: rules are the operator's files, maybe downloaded; files are an account's. Once it has read either the helper may
 * be an attacker: what it says is checked in form.
 */
#ifndef SPAMTRAIL_SCAN_YARA_H
#define SPAMTRAIL_SCAN_YARA_H

enum yara_talk {
	YARA_RULES = 1, /* u8: 1 to be loaded, 0 only to be included; the file's name; its descriptor. No answer */
	YARA_READY, /* nothing → u32 rules, u32 count, sentences: what was not loaded */
	YARA_FILE, /* its name; its descriptor → a sentence where it was not looked at to its end, u32 count, names */
};

enum { YARA_NAMES_MOST = 8 };

#endif
