/*
 * arrive - the steps of a message's early life, by the line that tells of it, and what gives it to its sender.
 */
#ifndef SPAMTRAIL_TRACE_ARRIVE_H
#define SPAMTRAIL_TRACE_ARRIVE_H

#include "base/span.h"

struct arrival;
struct message;
struct step;
struct trace;

void arrive_exim(struct trace *t, const struct step *s);
void arrive_postfix(struct trace *t, const struct step *s);     /* smtpd client=, pickup uid= */
void arrive_queue(struct trace *t, const struct step *s);       /* qmgr from= */
void arrive_message_id(struct trace *t, const struct step *s);
void arrive_header(struct trace *t, const struct step *s);
void arrive_identity(struct trace *t, const struct step *s);    /* the panel names who spoke to localhost */

/* arrive.c: the sender is known with the arrival line: straight to its row. */
void arrive_fixed(struct trace *t, struct message *msg, const struct arrival *who, const struct step *s);
/* Gives a message whose sender was open to that sender: its counts go to the row, the judge hears of it. */
void arrive_decide(struct trace *t, uint32_t slot, const struct arrival *who, const struct step *s);
void arrive_inbound(struct trace *t, struct message *msg);      /* M_SMALL and counted: it stays here */

/* arrive_open.c: merges an arrival into a message whose results came first (Exim's >> lines), or makes a new one. */
uint32_t arrive_slot(struct trace *t, const struct step *s, bool *ret_known);
/* Without a login: what it is, its results or its parent will tell. */
void arrive_client(struct trace *t, struct message *msg, const struct step *s);
/* Of the unix user an Exim or pickup line names. A local user can forge it where syslog wrote it, or where folder names are
 * logged (exim_command.c), and the owner of a home in a log that lies there. */
char arrive_grade(struct trace *t, const struct step *s);
/* PHP's mail log may have named the file, but its line of the same second can still be on its way: the first
 * result decides, where the recipient tells which mail() call it was. */
void arrive_wait_script(struct trace *t, struct message *msg, const struct step *s, struct span user, uint32_t index);

#endif
