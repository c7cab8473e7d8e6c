/*
 * write - see write.h. Format: systemd documentation, "Journal Export Formats", JSON: field values are strings, and
 * arrays of bytes where they are not UTF-8.
 *
 * TRUST: fields without an underscore in front are whatever the sender wrote, and as often as he likes. Every value is
 * escaped and cut.
 */
#include "journal/write.h"

#include "base/show.h"

/* Starts of SYSLOG_IDENTIFIER, of programs whose lines logs/voice.c reads. */
static const char *const programs[] = { "postfix", "exim",    "dovecot",       "sshd",	      "saslauthd",
					"vsftpd",  "proftpd", "pure-ftpd",     "ftpd",	      "php",
					"lsphp",   "ool www", "internal-sftp", "sftp-server", "apache2",
					"httpd",   "nginx" };

static struct span field(sd_journal *j, const char *name)
{
	const void *data;
	size_t n, skip = strlen(name) + 1;

	if (sd_journal_get_data(j, name, &data, &n) < 0 || n < skip)
		return SPAN_NONE;
	return span_from(span_of(data, n), skip);
}

/* A slash: a Postfix instance with a syslog_name of its own ("out/smtp"). */
static bool wanted(struct span program)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (span_starts(program, span_str(programs[i])))
			return true;
	return span_find(program, 0, '/') > 0;
}

static void put_value(struct buf *out, const char *name, struct span value)
{
	buf_addf(out, ",\"%s\":", name);
	if (show_is_utf8(value)) {
		show_json(out, value);
		return;
	}
	buf_byte(out, '[');
	for (size_t i = 0; i < value.n; i++)
		buf_addf(out, "%s%u", i ? "," : "", (unsigned char)value.p[i]);
	buf_byte(out, ']');
}

/* libsystemd's data lives only until the next call, so each value is written as soon as it is there. */
static void copy_field(struct buf *out, sd_journal *j, const char *name, size_t most)
{
	struct span value = field(j, name);

	if (value.p)
		put_value(out, name, span_head(value, most));
}

/*
 * Of a field that was sent twice (journald's own protocol allows it) we see one value and syslog another: such an entry may
 * be forged in one way for us and in another for the log. What syslog made of it is not known then.
 */
static bool is_plain(sd_journal *j)
{
	static const char *const once[] = { "MESSAGE=", "SYSLOG_IDENTIFIER=", "SYSLOG_FACILITY=" };
	unsigned seen[3] = { 0 };
	const void *data;
	size_t n;

	if (span_eq(field(j, "_TRANSPORT"), SPAN("syslog")))
		return true;
	SD_JOURNAL_FOREACH_DATA(j, data, n)
	for (size_t i = 0; i < 3; i++)
		seen[i] += span_starts(span_of(data, n), span_str(once[i]));
	return seen[0] == 1 && seen[1] == 1 && seen[2] == 1;
}

void write_entry(struct buf *out, sd_journal *j, uint64_t usec, size_t most)
{
	static const char *const copied[] = { "_HOSTNAME", "SYSLOG_PID", "_PID",	  "_UID",
					      "_EXE",	   "_TRANSPORT", "_SYSTEMD_UNIT", "_SYSTEMD_CGROUP",
					      "MESSAGE" };
	struct span program = field(j, "SYSLOG_IDENTIFIER");

	if (!program.p)
		program = field(j, "_COMM");
	if (!program.p || !wanted(program))
		return;
	buf_addf(out, "{\"__REALTIME_TIMESTAMP\":\"%llu\"", (unsigned long long)usec);
	put_value(out, "SYSLOG_IDENTIFIER", span_head(program, most));
	for (size_t i = 0; i < sizeof(copied) / sizeof(*copied); i++)
		copy_field(out, j, copied[i], most);
	if (is_plain(j))
		copy_field(out, j, "SYSLOG_FACILITY", most);
	buf_str(out, "}\n");
}
