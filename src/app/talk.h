/*
 * talk - what the command line and the confined reader say to each other. The reader asks, the command line
 * answers each request with one message of the same type, until the result comes.
 *
 * The queue reader and the planner speak a part of it. Both sides are the same program, forked: no version is
 * needed.
 * TRUST: all that comes from the child is checked by who takes it; numbers are packed by base/pack.h, times
 * are UTC seconds.
 */
#ifndef SPAMTRAIL_APP_TALK_H
#define SPAMTRAIL_APP_TALK_H

enum talk {
	TALK_READ = 1,         /* path → a descriptor of that file beneath ROOT, or none; not after TALK_LOGS */
	TALK_LIST,             /* path → count, names; not after TALK_LOGS */
	TALK_STATUS,           /* path → u8 there, mtime, ctime, size, device, inode, links, uid, mode of what it leads to */
	TALK_ENTRIES,          /* home, path below it → count, (name, uid, mode, links, device): no link is followed, no mount crossed */
	TALK_LOGS,             /* once: count, (path, u32 only, u32 bytes of it that are a home), three folders: where the queues lie → count, (name, mtime, size, dev, ino, uid, gid, mode, only) of every file to read */
	TALK_OPEN,             /* u32 index into those → a descriptor, or the reason why not */
	TALK_PROGRESS,         /* u64 bytes, u64 of all → u8 go on */
	TALK_PAST,             /* i64 first event → the baseline that ends before it, or nothing */
	TALK_LEARNT,           /* i64 first, i64 newest event, the new baseline; no answer */
	TALK_QUEUE,            /* the configuration is read, the queue comes → (investigate's reader) u8 read, messages packed */
	TALK_WAITING,          /* what waits, as hashes: the queue reader's question to the logs (no answer); the reader asks for it → the question, or nothing */
	TALK_WROTE,            /* what the logs answer (trace/wrote.h); no answer */
	TALK_JOURNAL,          /* once, after the logs: i64 from → a pipe of the systemd journal's entries since, or none */
	TALK_JOURNAL_END,      /* that pipe has ended → u8: with the journal's end */
	TALK_MESSAGES,         /* a batch of packed messages of the queue; no answer */
	TALK_QUEUE_END,        /* the queue reader's result; no answer */
	TALK_PLAN,             /* the planner's end: u32 code, text, the packed plan; no answer */
	TALK_ROWS,             /* some of the result's rows, packed one behind the other, in its order; no answer */
	TALK_RESULT,           /* the packed inquiry, without rows that came ahead; no answer */
};

/* Bytes of one answer that a child takes. */
#define TALK_ANSWER_MOST (48u << 20) /* limit input, bytes: of the reader's answer */

#endif
