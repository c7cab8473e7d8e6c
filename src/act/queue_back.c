/*
 * queue_back - the queue back to normal (step 8 of the runbook): messages are delivered now, released, or removed.
 *
 * Flush: `args` are ids that neither are held nor frozen, or there are none: the whole queue. Transient. Postfix:
 * postqueue -f or -i; Exim: -qf or -M, never -qff, begun and left to itself, since Exim ends when the last message has
 * been tried and a killed delivery may come twice.
 * Release: `args` are held ids; they go on. Taken back by holding what of them is still there.
 * Remove: `args` are ids that wait, `back` ids that were held before. What waits is held first, then the command line
 * looks at all of them again, samples are kept in STATE/samples, and only then the rest ends for good; what is still there
 * after that is said, and no success. A message that
 * was on hold before we came is never released by us: it is the spam that a containment holds.
 *
 * TRUST: ids as in queue_mail.h. A sample is the message as the mail server's program prints it: the suspect's bytes, kept
 * and not looked at.
 */
#include "act/act.h"
#include "act/file.h"
#include "act/queue_mail.h"
#include "act/record.h"
#include "act/talk.h"
#include "sys/fd.h"
#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES_MOST 10
#define GONE "removed messages do not come back: "
#define SAMPLE_SECONDS 20
/* a second apart: what is delivered just now is locked for so long */
#define REMOVE_TRIES 3
/* one program each: for more the whole queue is flushed */
#define SINGLE_MOST 2000

/* --- flush ------------------------------------------------------------------------------------- */

static int check_flush(const struct actor *a, const struct action *v, struct err *err)
{
	if (v->nargs > SINGLE_MOST)
		return err_set(err, EXIT_NOPERM, "too many messages to flush one by one");
	return queue_check(v, v->args, v->nargs, err);
}

/* Exim's own word for "now"; it is not waited for. */
static int flush_exim(const struct action *v, struct arena *a, struct err *err)
{
	const char **argv = arena_alloc(a, (v->nargs + 3) * sizeof(*argv));

	argv[0] = arena_str(a, queue_exim_program());
	argv[1] = v->nargs ? "-M" : "-qf";
	for (size_t i = 0; i < v->nargs; i++)
		argv[2 + i] = arena_str(a, v->args[i]);
	return spawn_apart(argv, err);
}

static int make_flush(struct work *w, struct err *err)
{
	const struct action *v = w->action;
	struct span all[] = { SPAN("/usr/sbin/postqueue"), SPAN("-f") };
	int rc = 0;

	if (queue_is_exim(v)) {
		rc = flush_exim(v, w->arena, err);
		if (rc == 0)
			buf_str(&w->text, "begun; it goes on by itself");
		return rc;
	}
	if (v->nargs == 0)
		return run_program(all, 2, SPAN_NONE, err);
	return queue_postqueue(v->args, v->nargs, err);
}

const struct kind kind_flush_queue = { .transient = true, .check = check_flush, .make = make_flush };

/* --- release ----------------------------------------------------------------------------------- */

static int make_release(struct work *w, struct err *err)
{
	return queue_release_ids(w, w->action->args, w->action->nargs, err);
}

/* What has left meanwhile has left: the mail server passes over ids that it does not know. */
static int undo_release(struct work *w, struct err *err)
{
	return queue_hold_ids(w, w->action->args, w->action->nargs, err);
}

const struct kind kind_release_queue = { .check = queue_check_some,
					 .make = make_release,
					 .undo = undo_release };

/* --- remove ------------------------------------------------------------------------------------ */

static int check_remove(const struct actor *a, const struct action *v, struct err *err)
{
	int rc = queue_check(v, v->args, v->nargs, err);

	if (v->nargs + v->nback == 0)
		return err_set(err, EXIT_NOPERM, "a removal needs queue ids");
	return rc < 0 ? rc : queue_check(v, v->back, v->nback, err);
}

/* STATE/samples, root's alone. */
static int samples_folder(const struct work *w, struct err *err)
{
	int state = open(w->actor->state_dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int fd = -1;

	if (state >= 0 && (mkdirat(state, "samples", 0700) == 0 || errno == EEXIST))
		fd = openat(state, "samples", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		err_sys(err, EXIT_IO, "%s/samples cannot be made", w->actor->state_dir);
	fd_close(state);
	return fd < 0 ? -EXIT_IO : fd;
}

/* What a program prints of one message; longer than 1 MiB it is cut there. Empty: the message is not there any more. */
static void print_message(const struct work *w, const char *const *argv, struct buf *out)
{
	struct spawn s = { .argv = argv, .seconds = SAMPLE_SECONDS, .output = out };
	size_t before = out->n;
	struct err cut = { 0 };

	/* killed in the middle of a long message: what it said until then is the sample */
	if (spawn_run(&s, &cut) > 0)
		out->n = before;
}

static void read_sample(const struct work *w, struct span id, struct buf *out)
{
	const char *name = arena_str(w->arena, id);
	const char *exim = arena_str(w->arena, queue_exim_program());

	if (queue_is_exim(w->action)) {
		print_message(w, (const char *const[]){ exim, "-qGspamtrail", "-Mvh", name, NULL }, out);
		if (out->n)
			print_message(w, (const char *const[]){ exim, "-qGspamtrail", "-Mvb", name, NULL },
				      out);
	} else {
		print_message(w, (const char *const[]){ "/usr/sbin/postcat", "-q", name, NULL }, out);
	}
}

/* On disk when it returns, under the action's number and the queue id, which is plain letters. */
static int write_sample(const struct work *w, int folder, struct span id, struct span bytes, struct err *err)
{
	struct buf name = BUF_MAX(100);
	int fd, rc = 0;

	buf_addf(&name, "%llu-%.*s", (unsigned long long)w->row->id, (int)id.n, id.p);
	buf_byte(&name, '\0');
	fd = openat(folder, name.p, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || file_write(fd, bytes) < 0 || fsync(fd) < 0)
		rc = err_sys(err, EXIT_IO, "a sample cannot be kept in %s/samples", w->actor->state_dir);
	fd_close(fd);
	buf_free(&name);
	return rc;
}

/* The first of them that are still there; no sample, no removal. */
static int keep_samples(struct work *w, const struct span *ids, size_t n, size_t *ret_kept, struct err *err)
{
	int folder = samples_folder(w, err), rc = folder < 0 ? folder : 0;
	size_t kept = 0;

	for (size_t i = 0; rc == 0 && i < n && kept < SAMPLES_MOST && i < 10 * SAMPLES_MOST; i++) {
		struct buf bytes = BUF_MAX(2 * SPAWN_OUTPUT_MOST);

		read_sample(w, ids[i], &bytes);
		if (bytes.n)
			rc = write_sample(w, folder, ids[i], buf_view(&bytes), err);
		kept += rc == 0 && bytes.n > 0;
		buf_free(&bytes);
	}
	if (rc == 0 && fsync(folder) < 0)
		rc = err_sys(err, EXIT_IO, "%s/samples cannot be written", w->actor->state_dir);
	fd_close(folder);
	if (rc == 0 && kept == 0 && n)
		rc = err_set(err, EXIT_IO, "no sample of these messages could be read, so none is removed");
	*ret_kept = kept;
	return rc;
}

static int remove_once(const struct work *w, const struct span *ids, size_t n, struct err *err)
{
	const struct span words[] = { queue_exim_program(), SPAN("-qGspamtrail"), SPAN("-Mrm") };

	return queue_is_exim(w->action) ? queue_exim(words, 3, ids, n, err)
					: queue_postsuper("-d", ids, n, err);
}

/*
 * Exim leaves what it has locked, as under delivery (seen on 4.96: "Message ID is locked", and it ends with 1); so who reads
 * the spool says what is gone. *RET_LEFT are those that stay after some tries.
 */
static int remove_ids(struct work *w, const struct span *ids, size_t n, struct span **ret_left,
		      size_t *ret_nleft, struct err *err)
{
	const struct timespec pause = { .tv_sec = 1 };
	struct span *left = (struct span *)ids;
	int rc = 0;

	for (int i = 0; i < REMOVE_TRIES && n && rc == 0; i++) {
		struct act_looked looked = { 0 };

		if (i)
			nanosleep(&pause, NULL);
		rc = remove_once(w, left, n, err);
		if (rc == 0)
			rc = queue_ask_again(w, left, n, &looked, err);
		if (rc == 0)
			n = queue_without(w, left, n, looked.innocent, looked.ninnocent, &left);
	}
	*ret_left = left;
	*ret_nleft = n;
	return rc;
}

/* Those that we held go on as before; those that were held before stay so. */
static void give_back(const struct work *w, const struct span *ids, size_t n)
{
	struct err unheard;

	queue_release_ids(w, ids, n, &unheard);
}

static int make_remove(struct work *w, struct err *err)
{
	const struct action *v = w->action;
	struct span *all = arena_alloc(w->arena, (v->nargs + v->nback + 1) * sizeof(*all));
	struct act_looked looked = { 0 };
	struct span *theirs, *mine = NULL, *left = NULL;
	size_t n = 0, kept = 0, nleft = 0;
	int rc = v->nargs ? queue_hold_ids(w, v->args, v->nargs, err) : 0;

	for (size_t i = 0; i < v->nargs; i++)
		all[n++] = v->args[i];
	for (size_t i = 0; i < v->nback; i++)
		all[n++] = v->back[i];
	if (rc == 0)
		rc = queue_ask_again(w, all, n, &looked, err);
	if (rc == 0) {
		/* another's, under an id that was given again: what we held of it goes on, and nothing else */
		size_t innocent =
			queue_without(w, looked.innocent, looked.ninnocent, v->back, v->nback, &theirs);

		give_back(w, theirs, innocent);
		n = queue_without(w, all, n, looked.innocent, looked.ninnocent, &mine);
		rc = keep_samples(w, mine, n, &kept, err);
	}
	if (rc == 0)
		rc = remove_ids(w, mine, n, &left, &nleft, err);
	if (rc == 0 && n && nleft == n)
		rc = err_set(err, EXIT_IO,
			     "the mail server has locked all %zu, as it delivers them: try again", n);
	if (rc < 0) {
		give_back(w, v->args, v->nargs);
		return rc;
	}
	buf_addf(&w->text, "%zu removed, %zu gone meanwhile or not meant; %zu samples in %s/samples",
		 n - nleft, looked.ninnocent, kept, w->actor->state_dir);
	if (nleft) {
		give_back(w, theirs, queue_without(w, left, nleft, v->back, v->nback, &theirs));
		buf_addf(&w->text, "; %zu are locked by the mail server and still there: try again", nleft);
	}
	w->record->nids = 0;
	return 0;
}

/* Asked twice it says the same. */
static int undo_remove(struct work *w, struct err *err)
{
	struct span was = w->row->text;

	return err_set(err, EXIT_NOPERM, "%s%.*s", span_starts(was, SPAN(GONE)) ? "" : GONE, (int)was.n,
		       was.p);
}

/* Killed, or failed, between hold and removal: what is still there of what we held goes on. */
static int settle_remove(struct work *w, enum settled *ret, struct err *err)
{
	*ret = NOT_MADE;
	buf_addf(&w->text, "what it had removed by then does not come back; samples are in %s/samples",
		 w->actor->state_dir);
	give_back(w, w->record->ids, w->record->nids);
	return 0;
}

const struct kind kind_remove_queue = { .check = check_remove,
					.look = queue_look,
					.make = make_remove,
					.undo = undo_remove,
					.settle = settle_remove };
