/*
 * journal - entries of the systemd journal as journalctl writes them: -o json and -o export.
 *
 * Formats: systemd documentation, "Journal Export Formats" (export and JSON) and journalctl(1).
 * TRUST: MESSAGE and SYSLOG_IDENTIFIER are chosen by whoever logged, any local user included. _UID is the kernel's
 * word (systemd.journal-fields(7), "Trusted Journal Fields"): what a user logs in a mail server's name is no
 * entry of that server.
 */
#ifndef SPAMTRAIL_LOGS_JOURNAL_H
#define SPAMTRAIL_LOGS_JOURNAL_H

#include "base/buf.h"
#include "logs/maker.h"

/* Who wrote an entry, as the kernel told journald; spans into the batch's text, empty where it is not said. */
struct journal_writer {
	struct span uid, exe, transport, unit, cgroup;
	struct span facility;  /* the sender's own word */
};

/*
 * Reads one JSON object (RAW, one line of -o json) into LINE: host, program, pid, stamp and text.
 * Text that has escapes is decoded into the batch's room (maker_text); without room, or when the line is no
 * journal entry with a message, the answer is false and LINE is untouched.
 */
bool journal_json(struct maker *m, struct span raw, struct line *ret_line, struct journal_writer *ret_writer);
/* A person in the name of a program that never works as one. */
bool journal_is_forged(struct span program, const struct journal_writer *w);
/*
 * Adds what WRITER is to the event just written for LINE: F_WRITER, F_WRITER_MAIL, and F_WRITER_EXE where the program is
 * one that writes under such a tag. Nothing where the program may work as the user it serves.
 */
void journal_tell_writer(struct maker *m, const struct line *l, const struct journal_writer *w);

enum journal_key {
	JOURNAL_MESSAGE,
	JOURNAL_IDENTIFIER,
	JOURNAL_SYSLOG_PID,
	JOURNAL_PID,
	JOURNAL_HOSTNAME,
	JOURNAL_TIME,
	JOURNAL_UID,
	JOURNAL_EXE,
	JOURNAL_TRANSPORT,
	JOURNAL_UNIT,
	JOURNAL_CGROUP,
	JOURNAL_FACILITY,
	JOURNAL_KEYS
};

/* One reader's state between the lines of an export stream. */
struct journal_export {
	struct buf value[JOURNAL_KEYS];
	struct buf line; /* the entry as one line, valid until the next call */
	int key; /* of the binary field being read, -1 = one of no interest */
	unsigned length_bytes; /* read so far of its 64-bit length; 0 with !binary */
	uint64_t left; /* bytes of it still to come, its closing newline not counted */
	bool binary;
	bool entry; /* a field has been seen since the last empty line */
};

/* Does a stream that starts with this line look like an export stream? */
bool journal_export_is(struct span line);
void journal_export_init(struct journal_export *j);
void journal_export_free(struct journal_export *j);
/*
 * Swallows the next line: exactly the bytes between two newlines, CR and NUL kept. True when an entry ended:
 * j->line is then a line for frame_line ("2026-11-23T08:01:02.123456Z host tag[pid]: message").
 */
bool journal_export_line(struct journal_export *j, struct span line);
/* While j->binary: a part of a line, more of it to follow. */
void journal_export_part(struct journal_export *j, struct span part);
/* The end of the stream ends an entry too. */
bool journal_export_end(struct journal_export *j);

#endif
