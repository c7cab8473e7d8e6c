/*
 * purge - the only place where a held file ends for good: one that has lain in the store longer than the operator keeps
 * them, that is still the inode of the record, and whose bytes still have the SHA-256 of the journal. Anything else stays.
 *
 * Nothing outside hold stores is ever deleted by spamtrail.
 *
 * TRUST: a store is root's; what lies in it was the suspect's, who may have kept it open and written to it
 * since. Then the sum is another one, and it stays as evidence.
 */
#include "act/file.h"
#include "act/act.h"
#include "act/record.h"
#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char *objection(const struct work *w, int fd)
{
	bool put = w->action->kind == ACTION_PUT_FILE;
	struct span wanted = put ? w->record->new_hash : w->record->hash;
	unsigned char sum[DIGEST_BYTES];
	struct err unread;
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return "it is no plain file";
	if (put ? st.st_ino != w->record->new_inode : !seen_same(&w->record->file, &st))
		return "it is not the file that was held";
	if (st.st_nlink != 1)
		return "it has a second name somewhere";
	if (wanted.n != DIGEST_BYTES || digest_file(fd, sum, &unread) < 0 ||
	    memcmp(sum, wanted.p, wanted.n) != 0)
		return "its bytes are not those that were held";
	return NULL;
}

static int purge_file(struct work *w, struct err *err)
{
	char token[32];
	struct hold h = { .fd = -1 };
	const char *why;
	int fd, rc = hold_open(w, &h, err);

	if (rc < 0)
		return rc;
	snprintf(token, sizeof(token), "%.*s", (int)w->record->token.n, w->record->token.p);
	fd = openat(h.fd, token, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOATIME | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT) {
		rc = err_sys(err, EXIT_IO, "%s/%s cannot be read", h.path, token);
	} else {
		/* gone in a purge that could not end its record */
		why = fd < 0 ? NULL : objection(w, fd);
		if (why)
			rc = err_set(err, EXIT_IO, "%s/%s is kept: %s", h.path, token, why);
		else
			rc = hold_drop(w, &h,
				       w->action->kind == ACTION_PUT_FILE ? w->record->new_inode
									  : w->record->file.inode,
				       err);
	}
	fd_close(fd);
	hold_close(&h);
	return rc;
}

int act_purge_row(struct actor *a, struct journal_row *r, struct err *err)
{
	struct work w = { .actor = a, .row = r, .arena = a->arena };
	struct err why = { 0 };
	struct buf text = BUF_MAX(sizeof(why.text));
	struct action *v = NULL;
	int rc = action_unpack(a->arena, r->action, &v, err);

	if (rc == 0)
		rc = record_unpack(a->arena, r->record, &w.record, err);
	w.action = v;
	if (rc != 0 || (w.record->token.n == 0 && v->kind != ACTION_REMOVE_QUEUE))
		return rc;
	rc = v->kind == ACTION_REMOVE_QUEUE ? hold_drop_samples(&w, &why) : purge_file(&w, &why);
	if (rc == 0)
		r->state = ACT_STATE_PURGED;
	buf_str(&text, rc == 0 ? v->kind == ACTION_REMOVE_QUEUE ? "its samples are gone for good"
								: "its held file is gone for good"
			       : why.text);
	r->text = arena_span(a->arena, buf_view(&text));
	buf_free(&text);
	return act_step(a, r, err);
}
