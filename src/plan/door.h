/*
 * door - the ways by which a sender hands over mail, closed for him alone: he may not send, may still receive and log
 * in. Never by envelope sender. Nothing of it is a file whose loss could stop anybody else's mail.
 */
#ifndef SPAMTRAIL_PLAN_DOOR_H
#define SPAMTRAIL_PLAN_DOOR_H

#include "base/span.h"

struct culprit;
struct draft;

/* Each adds an action, or a note that says why not, or nothing where that server is not there. */
void postfix_close_login(struct draft *d, const struct culprit *c);
void postfix_close_user(struct draft *d, const struct culprit *c);
void exim_close_login(struct draft *d, const struct culprit *c);
void exim_close_user(struct draft *d, const struct culprit *c);
/* Mail from outside for the address C->id, which sends it on, is taken in and held. */
void forward_close(struct draft *d, const struct culprit *c);
void exim_close_forward(struct draft *d, const struct culprit *c);
/* Exim's condition for that: a file in DIR names one of RECIPIENTS, a list in Exim's own words. */
struct span exim_forward_held(struct draft *d, const char *dir, const char *recipients);
/* Exim's hook lines, where they are missing; true: they are there, or come first in this plan. */
bool exim_setup(struct draft *d);
/* The same on a panel, by its own include points; and whether the lines are there already. */
bool exim_panel_setup(struct draft *d);
bool exim_panel_ready(struct draft *d);
/* The panel's point where SMTP is asked; NULL: none. */
const char *exim_panel_point(const struct draft *d);
/* The configuration that says whether SMTP can pass by that point; NULL: it cannot. */
const char *exim_panel_conf(const struct draft *d);
/* Where senders' files lie then; NULL: the panel has no such points. */
const char *exim_panel_dir(const struct draft *d);
/* What becomes of frozen mail by itself (auto_thaw, timeout_frozen_after). */
void exim_tell_frozen(struct draft *d);
/* The program of the Exim that is here. */
struct span exim_program(struct draft *d);
/* Open SMTP sessions from the addresses that the login was used from. */
void end_sessions(struct draft *d, const struct culprit *c);

/* A panel that has a hold of its own: true, and the action is in the plan. */
bool panel_close(struct draft *d, const struct culprit *c);
/* One that locks the password of the mailbox C->id by itself. */
bool panel_lock(struct draft *d, const struct culprit *c);

/* No mail past the mail server: his uid's connections to the mail ports are reset, open ones are closed. */
void egress_block(struct draft *d, const struct culprit *c);
/* What takes back what was done for a limited time; and a note where nothing does. */
void timer_setup(struct draft *d);
void timer_tell(struct draft *d);
/* Lines that let the web server refuse a script by its path, where they are missing; true: they are there, or in this plan. */
bool web_setup(struct draft *d);
/* They are there already. */
bool web_ready(struct draft *d);
/* 403 for PATH, WHY behind it; false: the web server is none of ours, and a note says so where it can. */
bool web_lock(struct draft *d, struct span path, char grade, const char *why);
/* Locks his scripts (enum plan_lock): moves them into the hold store, say; a folder that holds several is noted, not guessed at. */
void files_lock(struct draft *d, const struct culprit *c);
/* His own crontab, where the account is his alone. */
void cron_lock(struct draft *d, const struct culprit *c);
/* What runs under a uid that is his alone, but for what lets him read his mail. */
void processes_stop(struct draft *d, const struct culprit *c);
/* The password of the login C->id in Dovecot's passwd-files; else the operator is told to change it. */
void mailbox_lock(struct draft *d, const struct culprit *c);
/* Rights in the account's home that go beyond 755 and 644. */
void permissions_take(struct draft *d, const struct culprit *c);
/* Dovecot's passwd-files as they are for LOGIN; how many. */
#define MAILBOX_FILES 17
size_t mailbox_files(struct draft *d, struct span login, struct span files[MAILBOX_FILES]);
/* The account's own password in shadow(5); false: he has none there. */
bool shell_lock(struct draft *d, const struct culprit *c);
/* Shell password, ssh keys and FTP users of the account, where WANT says so. */
void credentials_lock(struct draft *d, const struct culprit *c);
/* A file of his own that lets him in, NOUN, moves into the hold store. */
void file_take_away(struct draft *d, const struct culprit *c, struct span path, const char *noun);
/* What else the account could be entered with: told apart, nothing is changed. */
void credentials_list(struct draft *d, const struct culprit *c);
/* What is left to the operator where nothing is planned and nothing stops the rows of WANT. */
void by_hand(struct draft *d);
/* The messages of WANT->ids; GRADE is the best evidence of those who are stopped. */
void queue_hold(struct draft *d, char grade);

#endif
