/* limits - see limits.h. Nothing here is foreign. */
#include "app/limits.h"

#include "report/jsonw.h"
#include "report/text.h"

#include <string.h>

static const struct limit {
	const char *command, *unit;
	uint64_t value;
	const char *what;
} limits[] = {
#define LIMIT(command, unit, value, what) { command, unit, (uint64_t)(value), what },
#include "app/limits.inc"
};

#define LIMITS (sizeof(limits) / sizeof(limits[0]))

/* In the order in which the answer comes about; what a mark calls otherwise stands last, and a test asks for that. */
static const struct {
	const char *command, *says;
} groups[] = {
	{ "input", "logs and configuration, for every command that reads them" },
	{ "journal", "the systemd journal" },
	{ "investigate", "who sends" },
	{ "live", "investigate --live, and the processes of the mail server" },
	{ "queue", "the queue" },
	{ "scan", "scripts" },
	{ "contain", "contain, undo and the queue's deeds" },
	{ "reputation", "DNS lists, names and policies" },
	{ "complaints", "complaints and bounces" },
	{ "signs", "signs, and its alarm" },
	{ "report", "letters, and the gate" },
	{ "config", "the configuration of spamtrail" },
	{ "state", "what is kept" },
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))
#define VALUE_COLUMNS 14

static void put_value(struct buf *out, const struct limit *l)
{
	if (strcmp(l->unit, "bytes") == 0) {
		text_bytes(out, l->value);
		return;
	}
	text_u64(out, l->value);
	if (*l->unit) {
		buf_byte(out, ' ');
		buf_str(out, l->unit);
	}
}

static void put_line(struct buf *out, const struct limit *l)
{
	struct buf value = BUF_MAX(64);

	put_value(&value, l);
	for (size_t n = value.n; n < VALUE_COLUMNS; n++)
		buf_byte(out, ' ');
	buf_span(out, buf_view(&value));
	buf_addf(out, "  %s\n", l->what);
	buf_free(&value);
}

void limits_text(struct buf *out)
{
	for (size_t g = 0; g < GROUPS; g++) {
		buf_addf(out, "%s[%s] %s\n", g ? "\n" : "", groups[g].command, groups[g].says);
		for (size_t i = 0; i < LIMITS; i++)
			if (strcmp(limits[i].command, groups[g].command) == 0)
				put_line(out, &limits[i]);
	}
	buf_str(out, "\nThese are built in; what can be set is in spamtrail config show. An answer that "
		     "reached one says so under\n"
		     "UNSEEN, with exit code 3, wherever something was left out for it.\n");
}

void limits_plain(struct buf *out)
{
	for (size_t i = 0; i < LIMITS; i++)
		buf_addf(out, "%s\t%llu\t%s\t%s\n", limits[i].command, (unsigned long long)limits[i].value,
			 *limits[i].unit ? limits[i].unit : "-", limits[i].what);
}

void limits_json(struct jsonw *w)
{
	jsonw_open(w, "limits", '[');
	for (size_t i = 0; i < LIMITS; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_str(w, "command", limits[i].command);
		jsonw_u64(w, "value", limits[i].value);
		if (*limits[i].unit)
			jsonw_str(w, "unit", limits[i].unit);
		jsonw_str(w, "what", limits[i].what);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}
