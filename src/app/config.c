/*
 * config - see config.h. sys/ini.h cuts the text into sections, names and values.
 * A file that holds a secret must not be readable by everybody (config_load.c).
 * TRUST: the operator's files; a damaged or hostile one (a restored backup) is an error with its line.
 */
#include "app/config.h"

#include "app/config_value.h"
#include "app/suggest.h"
#include "sys/ini.h"

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
	{ "hold", "keep_days", SETTING_NUMBER, HERE(keep_days), "90", 1, 36500 },
	{ "reputation", "resolver", SETTING_WORD, HERE(resolver), "auto", 0, 0 },
	{ "reputation", "lists", SETTING_PATHS, HERE(list_files), "", 0, 0 },
	{ "reputation", "only", SETTING_WORDS, HERE(only_lists), "", 0, 0 },
	{ "reputation", "addresses", SETTING_WORDS, HERE(addresses), "", 0, 0 },
	{ "reputation", "selectors", SETTING_WORDS, HERE(selectors), "", 0, 0 },
	{ "keys", "spamhaus", SETTING_SECRET, HERE(key_spamhaus), "", 0, 0 },
	{ "keys", "abusix", SETTING_SECRET, HERE(key_abusix), "", 0, 0 },
	{ "scan", "rules", SETTING_PATH, HERE(scan_rules), "/etc/spamtrail/rules.d", 0, 0 },
	{ "scan", "clamd", SETTING_WORD, HERE(scan_clamd), "auto", 0, 0 },
	{ "scan", "maldet", SETTING_PATH, HERE(scan_maldet), "/usr/local/maldetect", 0, 0 },
	{ "scan", "wordfence", SETTING_PATHS, HERE(scan_wordfence), "", 0, 0 },
	{ "signs", "mail_to", SETTING_WORDS, HERE(mail_to), "", 0, 0 },
	{ "signs", "mail_from", SETTING_WORD, HERE(mail_from), "", 0, 0 },
	{ "signs", "sendmail", SETTING_PATH, HERE(sendmail), "/usr/sbin/sendmail", 0, 0 },
	{ "signs", "relay", SETTING_WORD, HERE(relay), "", 0, 0 },
	{ "signs", "relay_user", SETTING_WORD, HERE(relay_user), "", 0, 0 },
	{ "signs", "relay_password", SETTING_HIDDEN, HERE(relay_password), "", 0, 0 },
	{ "signs", "webhook", SETTING_HIDDEN, HERE(webhook), "", 0, 0 },
	{ "signs", "ca_file", SETTING_PATH, HERE(ca_file), "/etc/ssl/certs/ca-certificates.crt", 0, 0 },
	{ "signs", "pause_minutes", SETTING_NUMBER, HERE(pause_minutes), "30", 1, 10080 },
	{ "signs", "warning_times", SETTING_NUMBER, HERE(warning_times), "3", 1, 1000 },
	{ "signs", "critical_times", SETTING_NUMBER, HERE(critical_times), "10", 1, 1000 },
	{ "report", "organization", SETTING_LINE, HERE(organization), "", 0, 0 },
	{ "report", "contact", SETTING_WORD, HERE(contact), "", 0, 0 },
	{ "report", "abuse_zone", SETTING_WORD, HERE(abuse_zone), "", 0, 0 },
	{ "report", "texts", SETTING_PATH, HERE(texts), "/etc/spamtrail/texts", 0, 0 },
	{ "complaints", "mailboxes", SETTING_PATHS, HERE(mailboxes), "", 0, 0 },
	{ "state", "dir", SETTING_PATH, HERE(state_dir), "/var/lib/spamtrail", 0, 0 },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

struct reading {
	struct config *config;
	struct ini *at;
	struct span unknown; /* section, that is told once */
	bool nobodys; /* the value before was no setting's */
};

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
		ini_fail(r->at, "a key before the first [section]:", span_str(name), NULL);
	else if (known_section)
		ini_fail(r->at, "unknown key", span_str(name), key.best);
	else if (!span_eq(r->unknown, span_str(section)))
		ini_fail(r->at, "unknown section", span_str(section), part.best);
	if (*section && !known_section)
		r->unknown = arena_span(r->config->arena, span_str(section));
}

static void take_value(void *owner, struct ini *at, const char *section, const char *name, const char *value)
{
	struct reading *r = owner;
	const struct origin here = { at->name, at->line };
	const char *wrong;

	r->at = at;
	for (size_t i = 0; i < SETTINGS; i++) {
		if (strcmp(section, settings[i].section) != 0 || strcmp(name, settings[i].name) != 0)
			continue;
		wrong = setting_take(&settings[i], r->config, value, &here);
		if (wrong)
			ini_fail(at, wrong,
				 settings[i].type == SETTING_SECRET || settings[i].type == SETTING_HIDDEN
					 ? span_str(name)
					 : span_str(value),
				 NULL);
		r->nobodys = false;
		return;
	}
	if (!at->more || !r->nobodys)
		unknown_key(r, section, name);
	r->nobodys = true;
}

void config_defaults(struct config *ret_config)
{
	static const struct origin built_in = { NULL, 0 };

	*ret_config = (struct config){ .arena = arena_new() };
	for (size_t i = 0; i < SETTINGS; i++)
		if (setting_take(&settings[i], ret_config, settings[i].built_in, &built_in))
			bug("a built-in value that its own type refuses");
}

void config_mistake(struct config *c, const char *file, unsigned line, const struct err *err)
{
	if (!c->mistakes || c->nmistakes++ >= MISTAKES_KEPT)
		return;
	c->mistakes[c->nmistakes - 1] = (struct config_mistake){
		.at = { arena_str(c->arena, span_str(file)), line },
		.text = arena_str(c->arena, span_str(err->text)),
	};
}

static void hear_mistake(void *owner, const struct ini *at)
{
	struct reading *r = owner;

	config_mistake(r->config, at->name, at->line, at->err);
}

int config_parse(struct config *c, struct span text, const char *name, struct err *err)
{
	struct reading r = { .config = c };

	name = arena_str(c->arena, span_str(name));
	return c->mistakes ? ini_read_all(text, name, take_value, hear_mistake, &r, err)
			   : ini_read(text, name, take_value, &r, err);
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
