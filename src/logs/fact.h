/*
 * fact - what the login, upload and web dialects share: addresses as daemons write them, and an
 * event with the few fields that such lines have.
 *
 * TRUST: names and paths are client text. An address counts only where the caller found it at the
 * place where the daemon writes it, and only if it reads as one.
 */
#ifndef SPAMTRAIL_LOGS_FACT_H
#define SPAMTRAIL_LOGS_FACT_H

#include "logs/maker.h"

/* Empty spans are left out. */
struct fact {
	struct span user;
	struct span addr; /* F_CLIENT_IP, or F_CLIENT_NAME where it is no address */
	struct span method; /* F_AUTH_METHOD */
	struct span script; /* the path of an upload */
	struct span size; /* bytes, decimal */
	struct span text;
};

/* Writes one event; a notice only where m->all asks for it, else LINE_DULL. */
enum line_result fact_write(struct maker *m, enum dialect dialect, enum event_kind kind,
			    const struct fact *fact);

/* An IPv4 or IPv6 address, the latter with an optional %zone. */
bool fact_is_address(struct span s);
/* IPv4-mapped IPv6 as IPv4 (RFC 4291, 2.5.5.2), anything else as it is. */
struct span fact_address(struct span s);
/* Loopback, private (RFC 1918, RFC 4193) or link-local: a proxy or this host, not a client. */
bool fact_is_inner(struct span address);

/* Takes the part before the first SEP off S into ret_head; false and untouched where SEP is missing. */
bool fact_cut(struct span *s, struct span sep, struct span *ret_head);
/* Position of the last NEEDLE in S, or -1. */
ptrdiff_t fact_rsearch(struct span s, struct span needle);
/* S has NEEDLE somewhere. */
static inline bool fact_has(struct span s, struct span needle)
{
	return span_search(s, 0, needle) >= 0;
}

/* PAM's own lines, as modules write them now and as they did with their name in the tag. */
bool fact_is_pam(struct span text);
/* PAM's own lines ("pam_unix(sshd:auth): authentication failure; ..."), whoever wrote them: notices. */
enum line_result fact_pam_line(struct maker *m, enum dialect dialect);

#endif
