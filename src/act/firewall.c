/*
 * firewall - our own nftables table: it resets connections to the mail ports by the uids we block, loopback included;
 * and, as the brake, everybody's that leave the machine.
 *
 * The table is written whole from what the journal says is in force, in one transaction of nft. So doing, undoing,
 * repeating after a kill and bringing it back after a reboot are one and the same step, and other tables are left alone.
 *
 * nft(8): an accept ends only the chain it stands in, so the administrator's own tables cannot let through
 * what ours resets. A reset, so that a program is told at once instead of waiting for an answer.
 *
 * TRUST: of a plan only a number gets into nft's text.
 */
#include "act/act.h"

#include "sys/spawn.h"

#define NFT "/usr/sbin/nft"
#define PORTS "tcp dport { 25, 465, 587 }"
#define TEXT_MOST (1u << 20)

static bool is_brake(const struct action *v)
{
	return v->nargs == 1 && span_eq(v->args[0], SPAN("brake"));
}

static int check(const struct actor *a, const struct action *v, struct err *err)
{
	uint64_t uid;

	if (is_brake(v) && v->uid == PLAN_NO_UID)
		return 0;
	if (v->nargs == 2 && span_eq(v->args[0], SPAN("uid")) && span_u64(v->args[1], &uid) &&
	    uid == v->uid && uid < PLAN_NO_UID)
		return 0;
	return err_set(err, EXIT_NOPERM, "a firewall action is neither a uid nor the brake");
}

struct rules {
	struct buf uids;
	bool brake;
};

static int add_rule(struct rules *r, const struct journal_row *row, struct arena *a, struct err *err)
{
	struct action *v;
	int rc = action_unpack(a, row->action, &v, err);

	if (rc == 0 && is_brake(v))
		r->brake = true;
	else if (rc == 0)
		buf_addf(&r->uids, "%s%u", r->uids.n ? ", " : "", v->uid);
	return rc;
}

/* What is in force by the journal, but for ROW, which is in force where WITH. */
static int collect(const struct actor *a, const struct journal_row *row, bool with, struct rules *r,
		   struct err *err)
{
	struct arena *arena = arena_new();
	struct journal_row *rows;
	size_t n;
	int rc = journal_list(a->journal, arena, 1u << ACT_STATE_DONE, &rows, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++)
		if (rows[i].kind == ACTION_FIREWALL && (!row || rows[i].id != row->id))
			rc = add_rule(r, &rows[i], arena, err);
	if (rc == 0 && with)
		rc = add_rule(r, row, arena, err);
	arena_free(arena);
	return rc;
}

static void write_table(const struct rules *r, struct buf *out)
{
	/* the first line makes the second one possible where there is none yet */
	buf_str(out, "add table inet spamtrail\ndelete table inet spamtrail\n");
	if (!r->uids.n && !r->brake)
		return;
	buf_str(out, "table inet spamtrail {\n\tchain out {\n\t\ttype filter hook output priority -5; policy "
		     "accept;\n");
	if (r->uids.n)
		buf_addf(out, "\t\tmeta skuid { %.*s } " PORTS " reject with tcp reset\n", (int)r->uids.n,
			 r->uids.p);
	if (r->brake)
		/* but for our own alarm: only who may administer the network can mark a socket (post/prepare.h) */
		buf_str(out,
			"\t\toifname != \"lo\" meta mark != 0x73706d74 " PORTS " reject with tcp reset\n");
	buf_str(out, "\t}\n}\n");
}

/* One transaction: packets meet the old table or the new one, never none. */
static int write_rules(const struct actor *a, const struct journal_row *row, bool with, struct err *err)
{
	static const char *const argv[] = { NFT, "-f", "-", NULL };
	struct rules r = { .uids = BUF_MAX(TEXT_MOST) };
	struct buf text = BUF_MAX(TEXT_MOST + 4096), said = BUF_MAX(200);
	struct spawn s = { .argv = argv, .seconds = 30, .locked = true, .output = &said };
	int rc = collect(a, row, with, &r, err);

	if (rc == 0 && r.uids.over)
		rc = err_set(err, EXIT_IO, "more uids than a firewall table takes");
	if (rc == 0) {
		write_table(&r, &text);
		s.input = buf_view(&text);
		rc = spawn_run(&s, err);
	}
	if (rc > 0)
		rc = err_set(err, EXIT_IO, NFT " ended with %d: %.*s", rc, (int)said.n, said.p ? said.p : "");
	buf_free(&r.uids);
	buf_free(&text);
	buf_free(&said);
	return rc;
}

static int make(struct work *w, struct err *err)
{
	return write_rules(w->actor, w->row, true, err);
}

static int undo(struct work *w, struct err *err)
{
	return write_rules(w->actor, w->row, false, err);
}

int firewall_restore(const struct actor *a, struct err *err)
{
	struct rules r = { .uids = BUF_MAX(TEXT_MOST) };
	int rc = a->elsewhere ? 0 : collect(a, NULL, false, &r, err);

	/* nothing in force: a machine without nft has nothing to restore, and no error */
	if (rc == 0 && (r.uids.n || r.brake))
		rc = write_rules(a, NULL, false, err);
	buf_free(&r.uids);
	return rc;
}

const struct kind kind_firewall = { .closes = true, .check = check, .make = make, .undo = undo };
