/*
 * records: rows and records that are damaged or come from another time, as a restored backup's may: each is met with a sentence,
 * and what it names is not touched. A row is a scene that is done, what is then written into its row, and what is asked.
 *
 * Then the records beside held files, from which a lost journal is made anew.
 */
#include "act/act.h"
#include "act/hold.h"
#include "act/record.h"
#include "base/codec.h"
#include "base/hash.h"
#include "faulty.h"
#include "scene.h"
#include "store/journal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define RECORD_SEED UINT64_C(0x7265636f7264) /* act/hold.c */

struct open_row {
	struct arena *arena;
	struct journal *journal;
	struct journal_row *row;
	struct record *record;
	struct action *action;
};

static void no_token(struct open_row *o)
{
	o->record->token = SPAN_NONE;
}

static void path_as_token(struct open_row *o)
{
	o->record->token = SPAN("../../root/home");
}

static void long_token(struct open_row *o)
{
	o->record->token = SPAN("0123456789abcdef0123456789abcdef0123456789abcdef");
}

static void no_store(struct open_row *o)
{
	o->record->store = SPAN_NONE;
}

static void store_gone(struct open_row *o)
{
	o->record->store = SPAN("/nowhere/at/all");
}

static void store_of_others(struct open_row *o)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/root/home/alice", dir);
	o->record->store = span_str(path);
}

static void store_open_to_all(struct open_row *o)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/root/etc", dir);
	o->record->store = span_str(path);
}

static void store_of_another_time(struct open_row *o)
{
	o->record->store_inode++;
}

static void folder_of_another_time(struct open_row *o)
{
	o->record->parent.inode++;
}

static void folder_on_another_device(struct open_row *o)
{
	o->record->parent.device++;
}

static void folder_of_others(struct open_row *o)
{
	o->record->parent.uid++;
}

static void file_of_another_time(struct open_row *o)
{
	o->record->file.inode++;
}

static void file_of_another_kind(struct open_row *o)
{
	o->record->file.mode = 0040755;
}

static void no_sum(struct open_row *o)
{
	o->record->hash = o->record->new_hash = SPAN_NONE;
}

static void another_sum(struct open_row *o)
{
	o->record->hash = o->record->new_hash = SPAN("0123456789abcdef0123456789abcdef");
}

static void new_file_of_another_time(struct open_row *o)
{
	o->record->new_inode++;
}

static void one_mode_less(struct open_row *o)
{
	o->record->nmodes--;
}

static void modes_of_another_time(struct open_row *o)
{
	for (size_t i = 0; i < o->record->nmodes; i++)
		o->record->modes[i].device++;
}

static void another_boot(struct open_row *o)
{
	o->record->boot = SPAN("another");
}

static void another_birth(struct open_row *o)
{
	o->action->born++;
}

static void roots(struct open_row *o)
{
	o->action->uid = 0;
}

static void no_bytes(struct open_row *o)
{
	o->action->new_bytes = SPAN_NONE;
}

static void another_text(struct open_row *o)
{
	o->action->new_bytes = SPAN("quite\nanother\n");
}

static void time_beyond(struct open_row *o)
{
	o->record->parent_after.nanos = 2000000000;
}

static void no_time(struct open_row *o)
{
	o->record->parent_after.seconds = 0;
}

static void cut(struct open_row *o)
{
	o->row->record.n--;
}

static void action_cut(struct open_row *o)
{
	o->row->action.n--;
}

static void action_gone(struct open_row *o)
{
	o->row->action = SPAN_NONE;
}

static void record_gone(struct open_row *o)
{
	o->row->record = SPAN_NONE;
}

static void folder_gone(struct open_row *o)
{
	scene_shell("mv root/home/alice/www w");
}

static void both_gone(struct open_row *o)
{
	folder_gone(o);
	file_of_another_time(o);
}

static void file_gone(struct open_row *o)
{
	scene_shell("find state/hold -type f ! -name '*.rec' | xargs rm");
}

static void kept(struct open_row *o)
{
}

static const struct forgery {
	const char *scene;
	void (*forge)(struct open_row *o);
	int state; /* -1: as it is */
	const char *request, *says;
	bool raw; /* the row's bytes are forged, not what they say */
	bool changes; /* it is done all the same */
} forgeries[] = {
	{ "a file is held", no_token, -1, "undo\tk\n", "names nothing that is held", false, false },
	{ "a file is held", path_as_token, -1, "undo\tk\n", "names nothing that is held", false, false },
	{ "a file is held", long_token, -1, "undo\tk\n", "names nothing that is held", false, false },
	{ "a file is held", no_store, -1, "undo\tk\n", "names no hold store", false, false },
	{ "a file is held", store_gone, -1, "undo\tk\n", "/nowhere/at/all cannot be opened", false, false },
	{ "a file is held", store_of_others, -1, "undo\tk\n", "is not root's alone", false, false },
	{ "a file is held", store_open_to_all, -1, "undo\tk\n", "is not root's alone", false, false },
	{ "a file is held", store_of_another_time, -1, "undo\tk\n", "is another folder than", false, false },
	{ "a file is held", folder_of_another_time, -1, "undo\tk\n", "is another one now", false, false },
	{ "a file is held", folder_on_another_device, -1, "undo\tk\n", "is another one now", false, false },
	{ "a file is held", folder_of_others, -1, "undo\tk\n", "is another one now", false, false },
	{ "a file is held", folder_of_others, -1, "undo\tk\tmoved\n", "1 undone", false, true },
	{ "a file is held", no_time, -1, "undo\tk\n", "1 undone", false, true },
	{ "a file is held", roots, -1, "undo\tk\n", "root is not acted on", false, false },
	{ "a file is held", cut, -1, "undo\tk\n", "record is damaged", true, false },
	{ "a file is held", time_beyond, -1, "undo\tk\n", "record is damaged", false, false },
	{ "a file is held", action_cut, -1, "undo\tk\n", "damaged", true, false },
	{ "a file is held", action_gone, -1, "undo\tk\n", "damaged", true, false },
	{ "a file is held", record_gone, -1, "undo\tk\n", "names no hold store", true, false },
	{ "a file is held", cut, ACT_STATE_DOING, "history\n", "record is damaged", true, false },
	{ "a file is held", action_cut, ACT_STATE_DOING, "history\n", "damaged", true, false },
	{ "a file is held", store_gone, ACT_STATE_DOING, "history\n", "/nowhere/at/all cannot be opened",
	  false, false },
	{ "a file is held", file_of_another_time, ACT_STATE_DOING, "history\n",
	  "1 failed interrupted: it is reverted", false, true },
	{ "a file is held", file_of_another_kind, ACT_STATE_DOING, "history\n",
	  "1 failed interrupted: it is reverted", false, true },
	{ "a file is held", kept, ACT_STATE_DOING, "history\n", "1 done", false, false },
	{ "a file is held", kept, ACT_STATE_PLANNED, "history\n", "1 done", false, false },
	{ "a file is held", no_token, ACT_STATE_PLANNED, "history\n", "1 failed interrupted before its turn",
	  false, false },
	{ "a file is held", kept, ACT_STATE_UNDOING, "history\n", "it is undone now", false, true },
	{ "a file is held", folder_of_others, ACT_STATE_UNDOING, "history\n", "it is not undone", false,
	  false },
	{ "a file is held", folder_gone, ACT_STATE_DOING, "history\n", "1 done", false, true },
	{ "a file is held", both_gone, ACT_STATE_DOING, "history\n", "cannot be reached", false, true },
	{ "a file is held", file_gone, ACT_STATE_UNDOING, "history\n", "it is neither held in", false,
	  false },
	{ "a file is held", file_gone, ACT_STATE_DOING, "history\n", "1 failed interrupted", false, false },
	{ "a file is held", no_sum, -1, "purge\t0\n", "its bytes are not those", false, false },
	{ "a file is held", another_sum, -1, "purge\t0\n", "its bytes are not those", false, false },
	{ "a file is held", file_of_another_time, -1, "purge\t0\n", "not the file that was held", false,
	  false },
	{ "a file is held", store_gone, -1, "purge\t0\n", "/nowhere/at/all cannot be opened", false, false },
	{ "a file is held", no_token, -1, "purge\t0\n", "", false, false },
	{ "a file is held", cut, -1, "purge\t0\n", "record is damaged", true, false },
	{ "a file is held", action_cut, -1, "purge\t0\n", "damaged", true, false },
	{ "a file is edited", file_of_another_time, -1, "undo\tk\n", "is not the file that was put there",
	  false, false },
	{ "a file is edited", no_sum, -1, "undo\tk\n", "1 undone", false, true },
	{ "a file is edited", another_sum, -1, "undo\tk\n", "1 undone it has been changed since", false,
	  true },
	{ "a file is edited", no_bytes, -1, "undo\tk\n", "1 undone", false, true },
	{ "a file is edited", new_file_of_another_time, ACT_STATE_DOING, "history\n", "1 done", false,
	  false },
	{ "a file is edited", file_of_another_time, ACT_STATE_DOING, "history\n", "1 failed", false, true },
	{ "an edited file is changed by others", another_text, -1, "undo\tk\n", "has been changed since",
	  false, false },
	{ "an edited file is changed by others", no_bytes, -1, "undo\tk\n", "has been changed since", false,
	  false },
	{ "a file is made", new_file_of_another_time, -1, "undo\tk\n", "has been changed since", false,
	  false },
	{ "a file is made", another_sum, -1, "undo\tk\n", "has been changed since", false, false },
	{ "a file is made", no_sum, -1, "undo\tk\n", "has been changed since", false, false },
	{ "a file is made", kept, ACT_STATE_DOING, "history\n", "1 done", false, false },
	{ "a file is made", new_file_of_another_time, ACT_STATE_DOING, "history\n", "1 failed", false,
	  false },
	{ "a clean file is put", no_sum, -2, "purge\t0\n", "its bytes are not those", false, false },
	{ "a clean file is put", new_file_of_another_time, -2, "purge\t0\n", "not the file that was held",
	  false, false },
	{ "a clean file is put", kept, -2, "purge\t0\n", "1 purged", false, false },
	{ "rights are taken away", one_mode_less, -1, "undo\tk\n", "record is damaged", false, false },
	{ "rights are taken away", modes_of_another_time, -1, "undo\tk\n", "3 are gone or have been changed",
	  false, false },
	{ "a process is stopped", another_boot, -1, "undo\tk\n", "it has ended meanwhile", false, false },
	{ "a process is stopped", another_birth, -1, "undo\tk\n", "it has ended meanwhile", false, false },
	{ "a process is stopped", another_birth, ACT_STATE_DOING, "history\n",
	  "1 failed interrupted: it is reverted", false, false },
	{ "a uid is blocked", action_cut, -1, "history\n", "damaged", true, false },
	{ "messages of Postfix are removed", kept, -1, "undo\tk\n", "do not come back", false, false },
	{ "messages of Postfix are removed", kept, -1, "purge\t0\n", "1 purged its samples are gone", false,
	  false },
};

static void open_row(struct open_row *o)
{
	struct buf note = BUF_MAX(100);
	struct err err = { 0 };
	char path[96];
	bool is_new;
	size_t n;

	snprintf(path, sizeof(path), "%s/state", dir);
	o->arena = arena_new();
	assert_int_equal(journal_open(path, &o->journal, &is_new, &note, &err), 0);
	assert_int_equal(journal_list(o->journal, o->arena, UINT32_MAX, &o->row, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(record_unpack(o->arena, o->row->record, &o->record, &err), 0);
	assert_int_equal(action_unpack(o->arena, o->row->action, &o->action, &err), 0);
}

static void close_row(struct open_row *o, bool raw)
{
	struct buf record = BUF_MAX(1 << 20), action = BUF_MAX(1 << 20);
	struct err err = { 0 };

	if (!raw) {
		record_pack(o->record, &record);
		action_pack(o->action, &action);
		o->row->record = buf_view(&record);
		o->row->action = buf_view(&action);
	}
	assert_int_equal(journal_step(o->journal, o->row, &err), 0);
	journal_close(o->journal);
	arena_free(o->arena);
	buf_free(&record);
	buf_free(&action);
}

static void test_rows(void **state)
{
	int wrong = 0;

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(forgeries) / sizeof(*forgeries); i++) {
		const struct forgery *f = &forgeries[i];
		const struct scene *s = scene_of(f->scene);
		const char *answers;
		char *before, *after;
		struct open_row o;

		scene_fresh(s);
		scene_do(s);
		scene_between(s);
		if (f->state == -2)
			scene_drive("undo\tk\n", NULL);
		before = scene_see(false);
		open_row(&o);
		f->forge(&o);
		if (f->state >= 0)
			o.row->state = (enum act_state)f->state;
		close_row(&o, f->raw);
		memset(seen_fault, 0, sizeof(*seen_fault));
		answers = scene_drive(f->request, NULL);
		after = scene_see(false);
		if (!strstr(answers, f->says) || seen_fault->descriptors_left ||
		    (strcmp(before, after) != 0) != f->changes) {
			print_error("row %zu, %s, %s, wanted \"%s\":\n%s%s", i, s->name, f->request, f->says,
				    answers, strcmp(before, after) != 0 ? "and it has changed\n" : "");
			wrong++;
		}
		free(before);
		free(after);
	}
	assert_int_equal(wrong, 0);
}

/* --- beside the files ---------------------------------------------------------------------------- */

/* What the shell does to the store once a file is held, before the journal is lost. */
static const struct loss {
	const char *shell, *says;
	bool comes_back;
	const char *call; /* and this call of the rebuilding fails */
} losses[] = {
	{ "true", "1 held files are known", true, NULL },
	{ "true", "", false, "fdopendir" },
	{ "cp state/hold/*.rec state/hold/0123456789abcdef.rec", "1 held files are known", true, NULL },
	{ "printf x | dd of=$(ls state/hold/*.rec) bs=1 seek=9 conv=notrunc 2>/dev/null", "", false, NULL },
	{ "truncate -s 5 state/hold/*.rec", "", false, NULL },
	{ "truncate -s -1 state/hold/*.rec", "", false, NULL },
	{ "rm state/hold/*.rec", "", false, NULL },
	{ "f=$(ls state/hold/*.rec); mv $f root/r; ln -s ../../root/r $f", "", false, NULL },
	{ "rm state/stores", "", false, NULL },
	{ "truncate -s -1 state/stores", "", false, NULL },
	{ "rm state/stores; ln -s ../old state/stores", "", false, NULL },
	{ "rm state/stores; mkdir state/stores", "", false, NULL },
	{ "printf '/nowhere\\0%s/root/home/alice\\0' $PWD >>state/stores", "1 held files are known", true,
	  NULL },
	{ "chmod 755 state/hold", "", false, NULL },
	{ "rm state/stores; head -c 2000000 /dev/zero | tr '\\0' a >state/stores", "", false, NULL },
};

static void test_losses(void **state)
{
	int wrong = 0;

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(losses) / sizeof(*losses); i++) {
		const char *answers;
		char *before, *after;

		scene_fresh(&scenes[0]);
		before = scene_see(true);
		scene_do(&scenes[0]);
		scene_shell(losses[i].shell);
		scene_shell("rm state/journal.db*");
		fault = (struct fault){ .after = losses[i].call ? 0 : -1,
					.call = losses[i].call,
					.error = EIO };
		answers = scene_drive("undo\tk\n", NULL);
		fault.after = -1;
		after = scene_see(true);
		if (!strstr(answers, losses[i].says) ||
		    (strcmp(before, after) == 0) != losses[i].comes_back) {
			print_error("%s, wanted \"%s\":\n%s", losses[i].shell, losses[i].says, answers);
			wrong++;
		}
		/* what was not understood is kept */
		assert_int_equal(scene_held(), losses[i].comes_back ? 0 : 1);
		free(before);
		free(after);
	}
	assert_int_equal(wrong, 0);
}

/* A record as an actor would have written it, but of a row that is none. */
static void write_record(const struct journal_row *row, bool more)
{
	struct journal_row r = *row;
	struct buf bytes = BUF_MAX(1 << 20);
	struct packer p = { .out = &bytes };
	struct codec c = { .to = &p };
	char path[128];
	FILE *f;

	journal_code_row(&c, &r);
	if (more)
		pack_u8(&p, 1);
	pack_u64(&p, hash_span(buf_view(&bytes), RECORD_SEED));
	snprintf(path, sizeof(path), "%s/state/hold/0123456789abcdef.rec", dir);
	f = fopen(path, "w");
	assert_true(f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n);
	fclose(f);
	buf_free(&bytes);
}

static void test_no_rows(void **state)
{
	if (geteuid() != 0)
		skip();
	for (int way = 0; way < 4; way++) {
		struct open_row o;

		scene_fresh(&scenes[0]);
		scene_do(&scenes[0]);
		open_row(&o);
		o.row->id = way == 0 ? 0 : 1;
		if (way == 1)
			o.row->kind = ACTION_KINDS;
		write_record(o.row, way == 2);
		journal_close(o.journal);
		arena_free(o.arena);
		scene_shell("for f in state/hold/*.rec; do case $f in *0123456789abcdef.rec) ;; *) rm $f ;; "
			    "esac; done; rm state/journal.db*");
		/* way 3 is a good one: it is known, or the others would prove nothing */
		assert_true((strstr(scene_drive("history\n", NULL), "1 held files are known") != NULL) ==
			    (way == 3));
		assert_int_equal(scene_held(), 1);
	}
}

/* More records than room was made for at first. */
static void test_many_lost(void **state)
{
	char lines[16384] = "incident\tk\n";
	size_t n = strlen(lines);

	if (geteuid() != 0)
		skip();
	scene_fresh(&scenes[0]);
	for (int i = 0; i < 100; i++)
		n += (size_t)snprintf(lines + n, sizeof(lines) - n,
				      "hold\t2001\t/home/alice\t/home/alice/www/%d\n", i);
	snprintf(lines + n, sizeof(lines) - n, "apply\n");
	scene_shell("for i in $(seq 0 99); do echo $i >root/home/alice/www/$i; done; chown 2001 "
		    "root/home/alice/www/*");
	scene_drive(lines, NULL);
	assert_int_equal(scene_held(), 100);
	scene_shell("rm state/journal.db*");
	assert_non_null(strstr(scene_drive("undo\tk\n", NULL), "100 held files are known"));
	assert_int_equal(scene_held(), 0);
}

/* Extended attributes come from a record as a rule, so they may be anything, too. */
static void test_attributes(void **state)
{
	struct buf bytes = BUF_MAX(4096);
	struct packer p = { .out = &bytes };
	char name[300];
	struct err err = { 0 };
	FILE *f = tmpfile();

	pack_span(&p, SPAN("security.capability"));
	pack_span(&p, SPAN("power"));
	assert_int_equal(xattrs_write(fileno(f), buf_view(&bytes), &err), 0);
	assert_int_equal(xattrs_write(fileno(f), span_head(buf_view(&bytes), bytes.n - 1), &err), -EXIT_IO);
	assert_int_equal(xattrs_write(fileno(f), span_head(buf_view(&bytes), 2), &err), -EXIT_IO);
	memset(name, 'a', sizeof(name));
	bytes.n = 0;
	pack_span(&p, span_of(name, sizeof(name)));
	pack_span(&p, SPAN_NONE);
	assert_int_equal(xattrs_write(fileno(f), buf_view(&bytes), &err), -EXIT_IO);
	bytes.n = 0;
	pack_span(&p, SPAN("nobody.knows"));
	pack_span(&p, SPAN_NONE);
	assert_int_equal(xattrs_write(fileno(f), buf_view(&bytes), &err), -EXIT_IO);
	assert_non_null(strstr(err.text, "nobody.knows cannot be set"));
	fclose(f);
	buf_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),	   cmocka_unit_test(test_losses),
		cmocka_unit_test(test_no_rows),	   cmocka_unit_test(test_many_lost),
		cmocka_unit_test(test_attributes),
	};

	return cmocka_run_group_tests(tests, scene_make, scene_drop);
}
