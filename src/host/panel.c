/*
 * panel - which control panel runs this server, and which mail server is installed.
 *
 * By a file that only that panel has. The version of the MTA is Debian's package status, where there is one.
 *
 * deb-version(7) for what is upstream's part. What is not there is not known, and no error.
 *
 * TRUST: files that only root writes, in an image anybody's: a name from the table below, and a version that
 * is shown.
 */
#include "host/learn.h"

static const struct {
	const char *name, *file;
} panels[] = {
	{ "cPanel", "/usr/local/cpanel/version" },
	{ "DirectAdmin", "/usr/local/directadmin/conf/directadmin.conf" },
	{ "Plesk", "/usr/local/psa/version" },
	{ "Hestia", "/usr/local/hestia/conf/hestia.conf" },
	{ "Vesta", "/usr/local/vesta/conf/vesta.conf" },
	{ "ISPConfig", "/usr/local/ispconfig/interface/lib/config.inc.php" },
	{ "CyberPanel", "/usr/local/CyberCP/CyberCP/settings.py" },
	{ "Virtualmin", "/etc/webmin/virtual-server/config" },
};

/* The value of "FIELD: value" in a package's stanza. */
static struct span field(struct span stanza, struct span name)
{
	ptrdiff_t at = span_search(stanza, 0, name);
	struct span rest = span_from(stanza, (size_t)at + name.n);
	ptrdiff_t end = span_find(rest, 0, '\n');

	if (at < 0)
		return SPAN_NONE;
	return span_trim(end < 0 ? rest : span_head(rest, (size_t)end));
}

/* "1:4.96-15+deb12u6" is 4.96. */
static struct span upstream(struct span version)
{
	ptrdiff_t colon = span_find(version, 0, ':');
	ptrdiff_t dash;

	if (colon >= 0)
		version = span_from(version, (size_t)colon + 1);
	dash = span_rfind(version, '-');
	return dash > 0 ? span_head(version, (size_t)dash) : version;
}

static struct span installed(struct span status, struct span package)
{
	ptrdiff_t at = span_search(status, 0, package);
	ptrdiff_t end = at < 0 ? -1 : span_search(status, (size_t)at, SPAN("\n\n"));
	struct span stanza =
		at < 0 ? SPAN_NONE : span_of(status.p + at, (end < 0 ? status.n : (size_t)end) - (size_t)at);

	if (span_search(stanza, 0, SPAN("\nStatus: install ok installed\n")) < 0)
		return SPAN_NONE;
	return upstream(field(stanza, SPAN("\nVersion: ")));
}

void panel_learn(struct gather *g)
{
	struct span status;

	for (size_t i = 0; !g->f->panel.n && i < sizeof(panels) / sizeof(*panels); i++)
		if (g->io->exists(g->io->ctx, span_str(panels[i].file)))
			g->f->panel = span_str(panels[i].name);
	if (!gather_read(g, SPAN("/var/lib/dpkg/status"), &status))
		return;
	g->exim_version = arena_span(g->keep, installed(status, SPAN("Package: exim4-base\n")));
	g->postfix_version = arena_span(g->keep, installed(status, SPAN("Package: postfix\n")));
}
