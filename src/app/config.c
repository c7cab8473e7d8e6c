/*
 * config - see config.h. inih cuts the text into sections, names and values; it reports no line numbers to its
 * handler and cuts long lines silently, so the lines are handed to it by a reader of ours that counts
 * and refuses.
 * No key holds a secret yet; the mode check of such files comes with the first one.
 * TRUST: the operator's files; a damaged or hostile one (a restored backup) is an error with its line.
 */
#include "app/config.h"

#include "app/config_value.h"
#include "app/suggest.h"
#include "base/show.h"

#include <ini.h>
#include <stddef.h>

#define HERE(member) offsetof(struct config, member)

static const struct setting settings[] = {
	{ "trusted", "senders", SETTING_WORDS, HERE(trusted_senders), "", 0, 0 },
	{ "trusted", "folders", SETTING_PATHS, HERE(trusted_folders), "", 0, 0 },
	{ "trusted", "networks", SETTING_NETWORKS, HERE(trusted_networks), "", 0, 0 },
	{ "logs", "mail", SETTING_PATHS, HERE(mail_logs), "", 0, 0 },
	{ "logs", "web", SETTING_PATHS, HERE(web_logs), "", 0, 0 },
	{ "logs", "php", SETTING_PATHS, HERE(php_logs), "", 0, 0 },
	{ "limits", "memory", SETTING_SIZE, HERE(memory), "512M", 32u << 20, UINT64_C(1) << 40 },
	{ "limits", "threads", SETTING_NUMBER, HERE(threads), "0", 0, 64 },
	{ "judge", "false_alarm_days", SETTING_NUMBER, HERE(false_alarm_days), "100000", 1000, 1000000000 },
	{ "state", "dir", SETTING_PATH, HERE(state_dir), "/var/lib/spamtrail", 0, 0 },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

struct reading {
	struct config *config;
	struct err *err;
	const char *name;
	struct span left;
	unsigned line;
	bool failed;
};

static void fail(struct reading *r, const char *what, struct span word, const char *near)
{
	struct buf shown = BUF_MAX(200);

	if (r->failed)
		return;
	r->failed = true;
	show_text_cut(&shown, word, 60, true);
	err_set(r->err, EXIT_CONFIG, "%s:%u: %s%s%.*s%s%s%s", r->name, r->line, what, shown.n ? " " : "",
		(int)shown.n, shown.n ? shown.p : "", near ? ": did you mean " : "", near ? near : "",
		near ? "?" : "");
	buf_free(&shown);
}

/* fgets for inih over our span. */
static char *next_line(char *out, int size, void *owner)
{
	struct reading *r = owner;
	ptrdiff_t end = span_find(r->left, 0, '\n');
	size_t n = end < 0 ? r->left.n : (size_t)end + 1;

	if (r->left.n == 0 || r->failed)
		return NULL;
	r->line++;
	if (n >= (size_t)size || memchr(r->left.p, '\0', n)) {
		fail(r,
		     n >= (size_t)size ? "the line is too long: put a list on several lines"
				       : "the line holds a NUL byte",
		     SPAN_NONE, NULL);
		return NULL;
	}
	memcpy(out, r->left.p, n);
	out[n] = '\0';
	r->left = span_from(r->left, n);
	return out;
}

static void unknown_key(struct reading *r, const char *section, const char *name)
{
	struct suggest key = suggest_for(span_str(name)), part = suggest_for(span_str(section));
	bool known_section = false;

	for (size_t i = 0; i < SETTINGS; i++) {
		suggest_offer(&part, settings[i].section);
		if (strcmp(section, settings[i].section) != 0)
			continue;
		known_section = true;
		suggest_offer(&key, settings[i].name);
	}
	if (!*section)
		fail(r, "a key before the first [section]:", span_str(name), NULL);
	else if (known_section)
		fail(r, "unknown key", span_str(name), key.best);
	else
		fail(r, "unknown section", span_str(section), part.best);
}

static int take_value(void *owner, const char *section, const char *name, const char *value)
{
	struct reading *r = owner;
	const struct origin here = { r->name, r->line };
	const char *wrong;

	for (size_t i = 0; i < SETTINGS; i++) {
		if (strcmp(section, settings[i].section) != 0 || strcmp(name, settings[i].name) != 0)
			continue;
		wrong = setting_take(&settings[i], r->config, value, &here);
		if (wrong)
			fail(r, wrong, span_str(value), NULL);
		return wrong == NULL;
	}
	unknown_key(r, section, name);
	return 0;
}

void config_defaults(struct config *ret_config)
{
	static const struct origin built_in = { NULL, 0 };

	*ret_config = (struct config){ .arena = arena_new() };
	for (size_t i = 0; i < SETTINGS; i++)
		if (setting_take(&settings[i], ret_config, settings[i].built_in, &built_in))
			bug("a built-in value that its own type refuses");
}

int config_parse(struct config *c, struct span text, const char *name, struct err *err)
{
	struct reading r = {
		.config = c, .err = err, .left = text, .name = arena_str(c->arena, span_str(name))
	};
	int line = ini_parse_stream(next_line, &r, take_value, &r);

	if (r.failed)
		return -EXIT_CONFIG;
	if (line == 0)
		return 0;
	if (line < 0)
		return err_set(err, EXIT_SOFTWARE, "%s: out of memory", name);
	return err_set(err, EXIT_CONFIG, "%s:%d: neither a [section] nor name = value", name, line);
}

void config_free(struct config *c)
{
	arena_free(c->arena);
	*c = (struct config){ .arena = NULL };
}

void config_each(const struct config *c, config_see *see, void *owner)
{
	for (size_t i = 0; i < SETTINGS; i++)
		setting_each(&settings[i], c, see, owner);
}
