/*
 * parts - what the generator's files offer each other. Types are in gen.h; each group names its file.
 */
#ifndef SPAMTRAIL_TEST_GEN_PARTS_H
#define SPAMTRAIL_TEST_GEN_PARTS_H

#include "world.h"

/* text.c: random numbers, names, stamps, text */
uint64_t rng_u64(struct rng *r);
double rng_unit(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n);
double rng_exp(struct rng *r);
uint64_t mix64(uint64_t x);
static inline bool chance(struct world *w, double p)
{
	return rng_unit(&w->rng) < p;
}
void put(struct text *t, const char *p, size_t n);
void puts_(struct text *t, const char *s);
void put_u(struct text *t, uint64_t n);
void put_ip(struct text *t, uint32_t ip);
void put_addr(struct world *w, struct text *t, struct addr a);
void put_domain(struct world *w, struct text *t, struct addr a);
void put_mx(struct world *w, struct text *t, struct addr a, uint32_t *ret_ip);
void put_subject(struct world *w, struct text *t, const struct msg *m);
void put_hash(struct text *t, uint64_t h, unsigned digits);
const char *mailbox_name(uint32_t n);
bool is_local(const struct world *w, struct addr a);
void world_names(struct world *w);
void stamps_at(struct world *w, int64_t at);
#define lit(t, s) put((t), "" s, sizeof(s) - 1)

/* out.c: files */
void out_open(struct world *w, struct out *o, const char *name);
void out_line(struct world *w, struct out *o, const char *prefix, size_t n, const struct text *t);
void out_close(struct world *w, struct out *o);
void out_rotate(struct world *w, struct out *o, unsigned part);
void file_write(struct world *w, const char *name, const char *text, int64_t mtime);
void make_parents(const char *path);
void die(const char *what, const char *on) __attribute__((noreturn));

/* world.c */
void world_build(struct world *w);
uint32_t row_find(struct world *w, enum kind kind, const char *id, uint32_t account);
/* A message of this row was logged. */
void row_arrival(struct world *w, uint32_t index, uint32_t nrcpt);
void truth_write(struct world *w);
const char *kind_name(enum kind k);

/* cast.c: who acts, and how much */
void cast_build(struct world *w);

/* flow.c */
void run(struct world *w);
void schedule(struct world *w, int64_t at, uint32_t what);
void schedule_msg(struct world *w, struct msg *m, int64_t at);
struct msg *msg_new(struct world *w);
void msg_end(struct world *w, struct msg *m);
/* A bounce to M's sender; NULL where there is nobody to tell. */
struct msg *msg_bounce(struct world *w, const struct msg *m);
enum fate fate_now(struct world *w, const struct msg *m, struct rcpt *r);
int64_t retry_delay(const struct msg *m);
bool role_is_local(enum role role);
bool role_is_script(enum role role);
bool role_names_sender(enum role role);

/* exim.c, postfix.c: one step of a message; noise that belongs to no message */
void exim_step(struct world *w, struct msg *m);
void exim_noise(struct world *w, struct actor *a);
void postfix_step(struct world *w, struct msg *m);
void postfix_noise(struct world *w, struct actor *a);
void postfix_id(struct world *w, char *id, uint32_t *inode);
void exim_id(struct world *w, char *id, int64_t born, uint32_t pid);
void flood_write(struct world *w, uint64_t n, bool arrivals);

/* side.c */
void side_request(struct world *w, const struct msg *m);
void side_noise(struct world *w, uint32_t account);
void side_login(struct world *w, uint32_t account, uint32_t mailbox, uint32_t ip, bool ok);
void side_entry(struct world *w, const struct actor *a);
void side_tree(struct world *w);
void script_dir(struct world *w, const struct actor *a, char *path, size_t room);

#endif
