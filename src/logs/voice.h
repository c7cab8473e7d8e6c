/*
 * voice - who speaks in a syslog line: the tag, and the dialect that reads what this program writes.
 */
#ifndef SPAMTRAIL_LOGS_VOICE_H
#define SPAMTRAIL_LOGS_VOICE_H

#include "logs/maker.h"

typedef enum line_result dialect_fn(struct maker *m);

struct voice {
	struct span name;
	enum dialect dialect;
	dialect_fn *line;
	bool prefix; /* the name only starts the tag: php7.4-fpm, exim4 */
};

extern const struct voice voice_exim;
/* opendkim.c: a signer, no mail server. */
enum line_result opendkim_line(struct maker *m);

/* The program that writes under TAG, or NULL for one that is not read. */
const struct voice *voice_of(struct span tag);
/* Does it run as the user it serves (PHP, FTP sessions), so that his own uid on its lines is right? */
bool voice_serves_as_user(const struct voice *v);
/* The Dovecot service called NAME, which is the tag where Dovecot writes its own file; or NULL. */
const struct voice *voice_service(struct span name);

enum tag_end { TAG_NONE, TAG_COLON, TAG_PID };

/*
 * Takes "tag(module)[pid]: " off S, the middle two optional. TAG_COLON and TAG_PID tell what closed it; with
 * TAG_NONE everything is as it was. ProFTPD writes no colon behind its pid.
 */
enum tag_end voice_take_tag(struct span *s, struct span *ret_tag, uint32_t *ret_pid);
/* Length of the tag that S may start with. */
size_t voice_tag_length(struct span s);

/* Takes a decimal number of at most nine digits off the front of S. */
bool voice_take_number(struct span *s, uint32_t *ret_value);

#endif
