/*
 * php - mail.log and mail.add_x_header of every php.ini and pool that is there, and how long its opcache believes in a
 * script that is gone.
 *
 * PHP manual, "Mail: Runtime Configuration"; php-fpm pools set the same by php_admin_value[mail.log] and its kin.
 * Both are off unless set.
 *
 * TRUST: root's files; a pool may be a customer's own on some panels, so a path is only one more log to look at.
 */
#include "host/conf.h"
#include "host/learn.h"

/* php.ini first: the advice names the first one that is off. */
static const struct {
	const char *pattern;
	bool ini; /* a php.ini; else a pool or an extra file that may only switch things on */
} places[] = {
	{ "/etc/php/*/fpm/php.ini", true },
	{ "/etc/php/*/apache2/php.ini", true },
	{ "/etc/php/*/cgi/php.ini", true },
	{ "/etc/php/*/cli/php.ini", true },
	{ "/etc/php.ini", true },
	{ "/opt/cpanel/ea-php*/root/etc/php.ini", true },
	{ "/opt/plesk/php/*/etc/php.ini", true },
	{ "/opt/alt/php*/etc/php.ini", true },
	{ "/usr/local/php*/lib/php.ini", true },
	{ "/usr/local/lib/php.ini", true },
	{ "/usr/local/lsws/lsphp*/etc/php/*/litespeed/php.ini", true },
	{ "/etc/php/*/fpm/conf.d/*.ini", false },
	{ "/etc/php/*/apache2/conf.d/*.ini", false },
	{ "/etc/php/*/cgi/conf.d/*.ini", false },
	{ "/etc/php/*/cli/conf.d/*.ini", false },
	{ "/etc/php.d/*.ini", false },
	{ "/opt/cpanel/ea-php*/root/etc/php.d/*.ini", false },
	{ "/etc/php/*/fpm/pool.d/*.conf", false },
	{ "/etc/php-fpm.d/*.conf", false },
	{ "/opt/cpanel/ea-php*/root/etc/php-fpm.d/*.conf", false },
};

/* PHP manual, opcache.revalidate_freq; a script is looked at again in the second after. */
#define REVALIDATE_DEFAULT 2
#define REVALIDATE_MOST 86400

#define FILES_MOST 500 /* limit input: settings files of PHP */

struct php {
	struct gather *g;
	size_t inis; /* php.ini files */
	size_t header_off, log_off; /* of those */
	size_t pools_with_header, pools_with_log;
	struct span first_header_off, first_log_off;
	uint64_t revalidate; /* seconds, the longest */
	bool believes; /* opcache.validate_timestamps is off somewhere */
};

struct php_file {
	bool header, log;
};

/* The name in php_admin_value[NAME], or WORD itself. */
static struct span plain_name(struct span word)
{
	ptrdiff_t open = span_find(word, 0, '[');

	if (open > 0 && span_starts(word, SPAN("php_")) && span_ends(word, SPAN("]")))
		return span_of(word.p + open + 1, word.n - (size_t)open - 2);
	return word;
}

static void read_setting(struct php *p, struct span line, struct php_file *f)
{
	ptrdiff_t equals = span_find(line, 0, '=');
	struct span name, value;
	uint64_t seconds;

	if (equals < 1)
		return;
	name = plain_name(span_trim(span_head(line, (size_t)equals)));
	line = span_from(line, (size_t)equals + 1);
	value = conf_word(&line);
	if (span_eq_nocase(name, SPAN("mail.add_x_header"))) {
		f->header = conf_is_on(value);
	} else if (span_eq_nocase(name, SPAN("mail.log"))) {
		f->log = value.n > 0;
		gather_log(p->g, value, LOG_PHP);
	} else if (span_eq_nocase(name, SPAN("opcache.revalidate_freq"))) {
		if (span_u64(value, &seconds) && seconds > p->revalidate)
			p->revalidate = seconds < REVALIDATE_MOST ? seconds : REVALIDATE_MOST;
	} else if (span_eq_nocase(name, SPAN("opcache.validate_timestamps"))) {
		p->believes |= !conf_is_on(value);
	}
}

static struct php_file read_file(struct php *p, struct span bytes)
{
	struct php_file f = { false, false };
	struct span line;
	struct conf c;

	conf_start(&c, p->g, CONF_PLAIN, false);
	conf_bytes(&c, bytes);
	while (conf_line(&c, &line))
		read_setting(p, line, &f);
	return f;
}

static void note_off(size_t *off, struct span *first, struct span path)
{
	if ((*off)++ == 0)
		*first = path;
}

static void read_place(struct php *p, struct span pattern, bool ini)
{
	struct span *paths;
	size_t n = gather_expand(p->g, pattern, &paths);

	for (size_t i = 0; i < n && i < FILES_MOST; i++) {
		struct span bytes;
		struct php_file f;

		if (!gather_read(p->g, paths[i], &bytes))
			continue;
		f = read_file(p, bytes);
		p->inis += ini;
		if (!ini) {
			p->pools_with_header += f.header;
			p->pools_with_log += f.log;
			continue;
		}
		if (!f.header)
			note_off(&p->header_off, &p->first_header_off, paths[i]);
		if (!f.log)
			note_off(&p->log_off, &p->first_log_off, paths[i]);
	}
}

static struct span where(const struct php *p, size_t off)
{
	return p->inis == 1 ? SPAN("") : gather_text(p->g, " in %zu of %zu php.ini files", off, p->inis);
}

static void advise_header(const struct php *p)
{
	bool ok = p->header_off == 0 || p->pools_with_header > 0;
	struct span files = where(p, p->header_off);

	if (ok)
		gather_advice(p->g, "php.add_x_header", true, SPAN("PHP names the script in each message"),
			      SPAN_NONE, SPAN_NONE);
	else
		gather_advice(
			p->g, "php.add_x_header", false,
			gather_text(
				p->g,
				"mail.add_x_header is off%.*s: it would have named the uid and the script "
				"in each message",
				(int)files.n, files.p),
			SPAN("mail.add_x_header = On"), p->first_header_off);
}

static void advise_log(const struct php *p)
{
	bool ok = p->log_off == 0 || p->pools_with_log > 0;
	struct span files = where(p, p->log_off);

	if (ok)
		gather_advice(p->g, "php.mail_log", true, SPAN("each call of mail() is logged"), SPAN_NONE,
			      SPAN_NONE);
	else
		gather_advice(
			p->g, "php.mail_log", false,
			gather_text(p->g,
				    "mail.log is off%.*s: it would have named the file and line of each call "
				    "of mail() (PHP's user must be allowed to write the file)",
				    (int)files.n, files.p),
			SPAN("mail.log = /var/log/php-mail.log"), p->first_log_off);
}

void php_learn(struct gather *g)
{
	struct php p = { .g = g, .revalidate = REVALIDATE_DEFAULT };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		read_place(&p, span_str(places[i].pattern), places[i].ini);
	if (p.inis == 0)
		return;
	g->f->php_memory = p.believes ? UINT32_MAX : (uint32_t)p.revalidate + 1;
	advise_header(&p);
	advise_log(&p);
}
