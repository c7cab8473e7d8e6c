/*
 * journal - a bounded scanner for flat JSON objects, and the export format's small state machine.
 *
 * A JSON library is not linked into the core: an entry is one flat object on one line, six of its
 * keys are wanted, most values need no decoding, and a library would build a tree of all forty
 * fields in memory of its own. Nested values are skipped by counting brackets, never by recursion.
 *
 * Promises: time and memory linear in the line; a field given twice counts by its first value; a
 * MESSAGE that is null (journalctl: field too large) is an entry without text, so not one of ours.
 *
 * TRUST: every byte is foreign. A broken object is not a journal entry; a broken export stream
 * loses at most the entries up to the next empty line that is not inside a binary field.
 */
#include "logs/journal.h"

#include "base/civil.h"
#include "base/digits.h"
#include "logs/voice.h"

#define FIELD_MAX (1 << 20)
#define BINARY_MAX (UINT64_C(1) << 30) /* limit input, bytes: of a binary field of the journal */

static const char *const key_names[JOURNAL_KEYS] = {
	[JOURNAL_MESSAGE] = "MESSAGE",
	[JOURNAL_IDENTIFIER] = "SYSLOG_IDENTIFIER",
	[JOURNAL_SYSLOG_PID] = "SYSLOG_PID",
	[JOURNAL_PID] = "_PID",
	[JOURNAL_HOSTNAME] = "_HOSTNAME",
	[JOURNAL_TIME] = "__REALTIME_TIMESTAMP",
	[JOURNAL_UID] = "_UID",
	[JOURNAL_EXE] = "_EXE",
	[JOURNAL_TRANSPORT] = "_TRANSPORT",
	[JOURNAL_UNIT] = "_SYSTEMD_UNIT",
	[JOURNAL_CGROUP] = "_SYSTEMD_CGROUP",
	[JOURNAL_FACILITY] = "SYSLOG_FACILITY",
};

/* Uids of people on Debian and Red Hat: UID_MIN of login.defs(5), and below systemd's own ranges. */
static bool is_user(uint64_t uid)
{
	return uid >= 1000 && uid < 60000;
}

/* Mail servers and those who check passwords log as root or as themselves, never as a person. */
static bool is_forged(struct span program, uint64_t uid)
{
	const struct voice *v = is_user(uid) ? voice_of(program) : NULL;

	return v && !voice_serves_as_user(v);
}

static int key_of(struct span name)
{
	for (int i = 0; i < JOURNAL_KEYS; i++)
		if (span_eq(name, span_str(key_names[i])))
			return i;
	return -1;
}

struct cursor {
	const char *p, *end;
};

static char peek(const struct cursor *c)
{
	return c->p < c->end ? *c->p : 0;
}

static void skip_blanks(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
		c->p++;
}

static bool take(struct cursor *c, char what)
{
	skip_blanks(c);
	if (peek(c) != what)
		return false;
	c->p++;
	return true;
}

/* The string's inside, escapes as written. */
static bool take_string(struct cursor *c, struct span *ret_inside)
{
	if (!take(c, '"'))
		return false;

	const char *from = c->p;

	for (; c->p < c->end && *c->p != '"'; c->p++)
		if (*c->p == '\\' && c->end - c->p > 1)
			c->p++;
	if (c->p >= c->end)
		return false;
	*ret_inside = span_of(from, (size_t)(c->p++ - from));
	return true;
}

static bool skip_nested(struct cursor *c)
{
	struct span ignored;
	size_t depth = 0;

	do {
		char now = peek(c);

		if (now == '"') {
			if (!take_string(c, &ignored))
				return false;
			continue;
		}
		if (c->p == c->end)
			return false;
		if (now == '[' || now == '{')
			depth++;
		if (now == ']' || now == '}')
			depth--;
		c->p++;
	} while (depth);
	return true;
}

/* Any value as written, brackets and quotes included. */
static bool take_value(struct cursor *c, struct span *ret_value)
{
	struct span ignored;

	skip_blanks(c);

	const char *from = c->p;

	if (peek(c) == '"') {
		if (!take_string(c, &ignored))
			return false;
	} else if (peek(c) == '[' || peek(c) == '{') {
		if (!skip_nested(c))
			return false;
	} else {
		while (c->p < c->end && !strchr(",} \t", *c->p))
			c->p++;
	}
	*ret_value = span_of(from, (size_t)(c->p - from));
	return ret_value->n > 0;
}

static bool take_hex4(const char **p, const char *end, uint32_t *ret_value)
{
	uint32_t value = 0;

	if (end - *p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit((*p)[i]);

		if (digit < 0)
			return false;
		value = value << 4 | (uint32_t)digit;
	}
	*p += 4;
	*ret_value = value;
	return true;
}

/* At most 4 bytes for the 6 or 12 bytes of the escape. */
static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

/* P stands behind "\u". A lone half of a surrogate pair becomes U+FFFD. */
static char *put_unicode(char *out, const char **p, const char *end)
{
	uint32_t c, low;

	if (!take_hex4(p, end, &c))
		return put_utf8(out, 0xfffd);
	if ((c & 0xfc00) == 0xd800 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
		const char *second = *p + 2;

		if (take_hex4(&second, end, &low) && (low & 0xfc00) == 0xdc00) {
			*p = second;
			return put_utf8(out, 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff));
		}
	}
	return put_utf8(out, (c & 0xf800) == 0xd800 ? 0xfffd : c);
}

static bool decode_string(struct maker *m, struct span inside, struct span *ret_text)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";

	if (span_find(inside, 0, '\\') < 0) {
		*ret_text = inside;
		return true;
	}

	/* "\u12" cut short would grow from 4 bytes to 3 at most; nothing ever needs more than it had. */
	char *text = maker_text(m, inside.n), *out = text;
	const char *p = inside.p, *end = inside.p + inside.n;

	if (!text)
		return false;
	while (p < end) {
		if (*p != '\\' || end - p < 2) {
			*out++ = *p++;
			continue;
		}
		p += 2;
		if (p[-1] == 'u') {
			out = put_unicode(out, &p, end);
			continue;
		}

		const char *hit = strchr(from, p[-1]);

		*out++ = hit && *hit ? to[hit - from] : p[-1];
	}
	*ret_text = span_of(text, (size_t)(out - text));
	return true;
}

/* [104,105]: bytes of a message that is not clean UTF-8. */
static bool decode_bytes(struct maker *m, struct cursor c, struct span *ret_text)
{
	char *text = maker_text(m, (size_t)(c.end - c.p)), *out = text;

	if (!text)
		return false;
	do {
		unsigned byte = 0, n = 0;

		skip_blanks(&c);
		for (; c.p < c.end && *c.p >= '0' && *c.p <= '9' && n < 3; c.p++, n++)
			byte = byte * 10 + (unsigned)(*c.p - '0');
		if (n == 0 || byte > 255)
			return false;
		*out++ = (char)byte;
	} while (take(&c, ','));
	if (!take(&c, ']'))
		return false;
	*ret_text = span_of(text, (size_t)(out - text));
	return true;
}

/* Of a field given twice, an array of strings or of byte arrays, the first. */
static bool decode_value(struct maker *m, struct span value, struct span *ret_text)
{
	struct cursor c = { value.p, value.p ? value.p + value.n : NULL };
	struct span inside;

	for (int level = 0; level < 2; level++) {
		if (take_string(&c, &inside))
			return decode_string(m, inside, ret_text);
		if (!take(&c, '['))
			return false;
		skip_blanks(&c);
		if (peek(&c) >= '0' && peek(&c) <= '9')
			return decode_bytes(m, c, ret_text);
	}
	return false;
}

/* Numbers are written as strings; a bare number is let through. */
static uint64_t number_of(struct span value)
{
	uint64_t n;

	if (value.n >= 2 && value.p[0] == '"')
		value = span_of(value.p + 1, value.n - 2);
	return span_u64(value, &n) ? n : 0;
}

static bool scan_object(struct span raw, struct span value[JOURNAL_KEYS])
{
	struct cursor c = { raw.p, raw.p + raw.n };
	struct span name, found;

	if (!take(&c, '{'))
		return false;
	do {
		if (!take_string(&c, &name) || !take(&c, ':') || !take_value(&c, &found))
			return false;

		int key = key_of(name);

		if (key >= 0 && !value[key].p)
			value[key] = found;
	} while (take(&c, ','));
	return take(&c, '}');
}

static void set_time(struct line *l, uint64_t usec)
{
	if (usec == 0 || usec / 1000000 > INT32_MAX * UINT64_C(100))
		return;
	l->at = (int64_t)(usec / 1000000);
	l->usec = (uint32_t)(usec % 1000000);
	l->zone = 0;
	l->stamp = STAMP_TIME | STAMP_ZONE | STAMP_ZULU | 6 * STAMP_DIGIT;
}

bool journal_json(struct maker *m, struct span raw, struct line *ret_line, struct journal_writer *ret_writer)
{
	struct span value[JOURNAL_KEYS] = { SPAN_NONE };
	struct line l = *ret_line;

	if (!scan_object(raw, value) || !value[JOURNAL_MESSAGE].p ||
	    !decode_value(m, value[JOURNAL_MESSAGE], &l.text))
		return false;
	decode_value(m, value[JOURNAL_IDENTIFIER], &l.program);
	*ret_writer = (struct journal_writer){ 0 };
	decode_value(m, value[JOURNAL_UID], &ret_writer->uid);
	decode_value(m, value[JOURNAL_EXE], &ret_writer->exe);
	decode_value(m, value[JOURNAL_TRANSPORT], &ret_writer->transport);
	decode_value(m, value[JOURNAL_UNIT], &ret_writer->unit);
	decode_value(m, value[JOURNAL_CGROUP], &ret_writer->cgroup);
	decode_value(m, value[JOURNAL_FACILITY], &ret_writer->facility);
	decode_value(m, value[JOURNAL_HOSTNAME], &l.host);

	uint64_t pid = number_of(value[value[JOURNAL_SYSLOG_PID].p ? JOURNAL_SYSLOG_PID : JOURNAL_PID]);

	l.pid = pid <= UINT32_MAX ? (uint32_t)pid : 0;
	set_time(&l, number_of(value[JOURNAL_TIME]));
	*ret_line = l;
	return true;
}

bool journal_is_forged(struct span program, const struct journal_writer *w)
{
	uint64_t uid;

	return span_u64(w->uid, &uid) && is_forged(program, uid);
}

/* "(deleted)": a package was upgraded under a running daemon. */
static struct span program_of(struct span exe)
{
	static const struct span gone = { " (deleted)", 10 };

	return span_ends(exe, gone) ? span_head(exe, exe.n - gone.n) : exe;
}

/*
 * Where distributions and panels put those that write mail facts. A path alone proves little: whoever has a mount
 * namespace of his own spells it. It is asked for beside a uid that he cannot have, against root's own scripts.
 */
static bool is_program(enum dialect dialect, struct span exe)
{
	static const struct {
		enum dialect dialect;
		const char *start;
	} places[] = {
		{ DIALECT_POSTFIX, "/usr/lib/postfix/" },
		{ DIALECT_POSTFIX, "/usr/libexec/postfix/" },
		{ DIALECT_POSTFIX, "/usr/lib64/postfix/" },
		{ DIALECT_EXIM, "/usr/sbin/exim" },
		{ DIALECT_EXIM, "/usr/bin/exim" },
		{ DIALECT_EXIM, "/usr/exim/bin/exim" },
		{ DIALECT_EXIM, "/usr/local/sbin/exim" },
		{ DIALECT_DOVECOT, "/usr/lib/dovecot/" },
		{ DIALECT_DOVECOT, "/usr/libexec/dovecot/" },
		{ DIALECT_DOVECOT, "/usr/lib64/dovecot/" },
		{ DIALECT_DOVECOT, "/usr/sbin/dovecot" },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (places[i].dialect == dialect && span_starts(exe, span_str(places[i].start)))
			return true;
	return false;
}

/* What a unit prints to its standard output has the uid of who opened it, whoever writes there since. */
static bool is_own_word(struct span transport)
{
	return span_eq(transport, SPAN("syslog")) || span_eq(transport, SPAN("journal"));
}

/*
 * Root of a container is root, and its paths read as the host's: the unit tells them apart. A user's own manager names his
 * units elsewhere. Without a unit only where there are no control groups at all: a container may have one and no unit.
 */
static bool is_own_unit(const struct journal_writer *w)
{
	static const char *const starts[] = { "postfix", "exim", "dovecot", "saslauthd" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (span_starts(w->unit, span_str(starts[i])) && span_ends(w->unit, SPAN(".service")))
			return true;
	return !w->unit.n && (!w->cgroup.n || span_eq(w->cgroup, SPAN("/")));
}

void journal_tell_writer(struct maker *m, const struct line *l, const struct journal_writer *w)
{
	const struct voice *v = voice_of(l->program);

	if (!v || !w->uid.n || voice_serves_as_user(v))
		return;
	maker_field(m, F_WRITER, w->uid);
	if (span_eq(w->facility, SPAN("2")))
		maker_field(m, F_WRITER_MAIL, w->facility);
	if (is_own_word(w->transport) && is_own_unit(w) && is_program(v->dialect, program_of(w->exe)))
		maker_field(m, F_WRITER_EXE, w->exe);
	/* the event had ended before these */
	m->out->mem_used = (size_t)((unsigned char *)(m->ev->f + m->ev->nfields) - m->out->mem);
}

bool journal_export_is(struct span line)
{
	return span_starts(line, SPAN("__CURSOR=")) || span_starts(line, SPAN("__REALTIME_TIMESTAMP="));
}

void journal_export_init(struct journal_export *j)
{
	*j = (struct journal_export){ .line = BUF_MAX(FIELD_MAX + 1024), .key = -1 };
	for (int i = 0; i < JOURNAL_KEYS; i++)
		j->value[i] = BUF_MAX(i == JOURNAL_MESSAGE ? FIELD_MAX : 256);
}

void journal_export_free(struct journal_export *j)
{
	for (int i = 0; i < JOURNAL_KEYS; i++)
		buf_free(&j->value[i]);
	buf_free(&j->line);
}

static void add_value(struct journal_export *j, const char *p, size_t n)
{
	if (j->key >= 0)
		buf_add(&j->value[j->key], p, n);
}

/* A field given twice counts by its first value. */
static void choose_key(struct journal_export *j, struct span name)
{
	j->key = key_of(name);
	if (j->key >= 0 && j->value[j->key].n)
		j->key = -1;
	j->entry = true;
}

static void swallow_binary(struct journal_export *j, const char *p, size_t n)
{
	for (; n && j->length_bytes < 8; p++, n--)
		j->left |= (uint64_t)(unsigned char)*p << 8 * j->length_bytes++;
	if (j->length_bytes < 8)
		return;
	if (j->left > BINARY_MAX) {
		j->binary = false;
		return;
	}

	size_t part = n < j->left ? n : (size_t)j->left;

	add_value(j, p, part);
	j->left -= part;
	/* Only the newline that closes the field is over: anything more means we have lost the thread. */
	if (part < n)
		j->binary = false;
}

static void add_time(struct journal_export *j)
{
	uint64_t usec = 0;

	if (!span_u64(buf_view(&j->value[JOURNAL_TIME]), &usec))
		return;
	civil_format(&j->line, (int64_t)(usec / 1000000), CIVIL_NO_ZONE);
	buf_addf(&j->line, ".%06uZ ", (unsigned)(usec % 1000000));
}

/*
 * Here the identifier becomes part of a line again and is read once more: from a user only a plain tag that is
 * allowed to him stays; anything else stands behind a tag that nobody reads.
 */
static void add_user_tag(struct journal_export *j)
{
	struct span program = buf_view(&j->value[JOURNAL_IDENTIFIER]);
	uint64_t uid = 0;

	if (!span_u64(buf_view(&j->value[JOURNAL_UID]), &uid) || !is_user(uid))
		return;
	if (is_forged(program, uid) || voice_tag_length(program) != program.n)
		buf_addf(&j->line, "user-%u: ", (unsigned)uid);
}

static bool finish_entry(struct journal_export *j)
{
	struct buf *v = j->value;
	struct buf *pid = v[JOURNAL_SYSLOG_PID].n ? &v[JOURNAL_SYSLOG_PID] : &v[JOURNAL_PID];
	bool whole = j->entry && v[JOURNAL_MESSAGE].n && v[JOURNAL_IDENTIFIER].n;

	j->line.n = 0;
	if (whole) {
		add_time(j);
		buf_span(&j->line,
			 v[JOURNAL_HOSTNAME].n ? buf_view(&v[JOURNAL_HOSTNAME]) : SPAN("localhost"));
		buf_byte(&j->line, ' ');
		add_user_tag(j);
		buf_span(&j->line, buf_view(&v[JOURNAL_IDENTIFIER]));
		if (pid->n)
			buf_addf(&j->line, "[%.*s]", (int)pid->n, pid->p);
		buf_str(&j->line, ": ");
		buf_span(&j->line, buf_view(&v[JOURNAL_MESSAGE]));
	}
	for (int i = 0; i < JOURNAL_KEYS; i++)
		v[i].n = 0;
	j->entry = false;
	return whole;
}

bool journal_export_line(struct journal_export *j, struct span line)
{
	if (j->binary) {
		swallow_binary(j, line.p, line.n);
		if (j->binary)
			swallow_binary(j, "\n", 1);
		return false;
	}
	if (line.n == 0)
		return finish_entry(j);

	ptrdiff_t equals = span_find(line, 0, '=');

	choose_key(j, span_head(line, equals < 0 ? line.n : (size_t)equals));
	if (equals >= 0) {
		struct span value = span_from(line, (size_t)equals + 1);

		add_value(j, value.p, value.n);
		return false;
	}
	j->binary = true;
	j->length_bytes = 0;
	j->left = 0;
	return false;
}

void journal_export_part(struct journal_export *j, struct span part)
{
	if (j->binary)
		swallow_binary(j, part.p, part.n);
}

bool journal_export_end(struct journal_export *j)
{
	j->binary = false;
	return finish_entry(j);
}
