/*
 * gen - command line of spamtrail-gen. Options are few and every run is decided by them alone:
 * the same options give the same bytes.
 */
#include "parts.h"

#include <getopt.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_START INT64_C(1763334000) /* Monday 2025-11-17 00:00 in Berlin */

static const struct {
	const char *name;
	unsigned bit;
} variants[] = {
	{ "ids16", V_IDS16 },
	{ "ids23", 0 },
	{ "pid", V_PID },
	{ "millis", V_MILLIS },
	{ "zone", V_ZONE },
	{ "syslog", V_SYSLOG },
	{ "nofor", V_NOFOR },
	{ "debian", V_DEBIAN },
	{ "cpanel", 0 },
	{ "short", V_SHORT },
	{ "long", 0 },
	{ "rfc3339", 0 },
	{ "bsd", V_BSD },
	{ "wwwdata", V_WWWDATA },
	{ "nomaillog", V_NOMAILLOG },
	{ "noheader", V_NOHEADER },
	{ "amavis", V_AMAVIS },
	{ "xforward", V_AMAVIS | V_XFORWARD },
};

static const char usage[] =
	"usage: spamtrail-gen [--mta exim|postfix] [--seed N] [--bytes N[k|M|G] | --messages N] [--variant "
	"A,B...]\n"
	"                     [--clean] [--rotate N] [--start SECONDS|YYYY-MM-DD] [--zone NAME] --out DIR\n"
	"       spamtrail-gen --demo DIR [--now SECONDS]\n"
	"       spamtrail-gen --flood N [--arrivals]        (Exim lines whose ids never complete, on "
	"standard output)\n";

static void fail(const char *what, const char *value)
{
	fprintf(stderr, "spamtrail-gen: %s %s\n%s", what, value, usage);
	exit(64);
}

static uint64_t number(const char *s)
{
	char *end;
	uint64_t n = strtoull(s, &end, 10);

	if (end == s)
		fail("not a number:", s);
	return n << (*end == 'k' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0);
}

static unsigned variant_bits(char *list)
{
	unsigned bits = 0;

	for (char *save, *word = strtok_r(list, ",+", &save); word; word = strtok_r(NULL, ",+", &save)) {
		size_t i = 0;

		while (i < sizeof variants / sizeof *variants && strcmp(variants[i].name, word))
			i++;
		if (i == sizeof variants / sizeof *variants)
			fail("no such variant:", word);
		bits |= variants[i].bit;
	}
	return bits;
}

static int64_t start_of(const char *s)
{
	struct tm tm = { .tm_isdst = -1 };

	if (sscanf(s, "%d-%d-%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) != 3)
		return (int64_t)number(s);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return mktime(&tm);
}

static void open_logs(struct world *w)
{
	bool exim = w->mta == MTA_EXIM;

	out_open(w, &w->main,
		 !exim || w->variant & V_SYSLOG ? exim ? "var/log/maillog" : "var/log/mail.log"
		 : w->variant & V_DEBIAN	? "var/log/exim4/mainlog"
						: "var/log/exim_mainlog");
	if (exim && !(w->variant & V_SYSLOG)) {
		out_open(w, &w->reject,
			 w->variant & V_DEBIAN ? "var/log/exim4/rejectlog" : "var/log/exim_rejectlog");
		out_open(w, &w->dovecot, w->variant & V_DEBIAN ? "var/log/mail.log" : "var/log/maillog");
	}
	if (!exim && !(w->variant & V_NOMAILLOG))
		out_open(w, &w->php, "var/log/php-mail.log");
	out_open(w, &w->ftp, "var/log/vsftpd.log");
	out_open(w, &w->auth, "var/log/auth.log");
}

static void close_logs(struct world *w)
{
	struct out *all[] = { &w->main, &w->reject, &w->dovecot, &w->php, &w->ftp, &w->auth };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		out_close(w, all[i]);
	for (uint32_t i = 0; i < w->naccounts; i++)
		out_close(w, &w->web[i]);
}

/* Bytes of main log per message asked for; retries, bounces and noise are in it. Measured. */
static uint64_t line_bytes(const struct world *w)
{
	if (w->mta == MTA_POSTFIX)
		return (w->variant & V_AMAVIS ? 2170u : 1240u) + (w->variant & V_BSD	  ? 0
								  : w->variant & V_AMAVIS ? 250
											  : 170);
	return (w->variant & V_SYSLOG ? 1330u : 1075u) - (w->variant & V_IDS16 ? 40 : 0) -
	       (w->variant & V_NOFOR ? 60 : 0);
}

static void defaults(struct world *w, uint64_t bytes)
{
	if (!w->messages_wanted)
		w->messages_wanted = bytes / line_bytes(w);
	if (w->messages_wanted < 1000)
		w->messages_wanted = 1000;
	w->rng = (struct rng){ mix64(w->seed), mix64(w->seed ^ 0x5eed) };
	w->next_pid = 1000;
	w->next_inode = 0x40000;
	w->stamp_sec = -1;
	stamps_at(w, 0);
}

static void make(struct world *w)
{
	world_build(w);
	side_tree(w);
	open_logs(w);
	run(w);
	close_logs(w);
	truth_write(w);
}

static void make_demo(struct world *w, int64_t now)
{
	w->demo = true;
	w->messages_wanted = 4500;
	w->start = now - WEEK / SECOND;
	w->variant |= V_PID;
	defaults(w, 0);
	make(w);
	printf("a server with %u accounts and a week of mail in %s\n", w->naccounts, w->dir);
}

static void flood(struct world *w, bool arrivals)
{
	w->main = (struct out){
		.fd = STDOUT_FILENO, .buf = malloc(1 << 20), .cap = 1 << 20, .path = "standard output"
	};
	defaults(w, 0);
	flood_write(w, w->flood, arrivals);
	out_close(w, &w->main);
}

int main(int argc, char **argv)
{
	static struct world w = {
		.seed = 1, .start = DEFAULT_START, .span = WEEK, .rotate = 1, .zone = "Europe/Berlin"
	};
	static const struct option options[] = {
		{ "mta", 1, 0, 'm' },	  { "seed", 1, 0, 's' },
		{ "bytes", 1, 0, 'b' },	  { "messages", 1, 0, 'n' },
		{ "variant", 1, 0, 'v' }, { "clean", 0, 0, 'c' },
		{ "rotate", 1, 0, 'r' },  { "start", 1, 0, 'S' },
		{ "zone", 1, 0, 'z' },	  { "out", 1, 0, 'o' },
		{ "demo", 1, 0, 'D' },	  { "now", 1, 0, 'N' },
		{ "flood", 1, 0, 'f' },	  { "arrivals", 0, 0, 'a' },
		{ "help", 0, 0, 'h' },	  { 0 },
	};
	uint64_t bytes = 16 << 20;
	int64_t now = time(NULL);
	const char *start = NULL;
	bool demo = false, arrivals = false;
	char zone[80];

	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (c) {
		case 'm':
			w.mta = strcmp(optarg, "postfix") ? MTA_EXIM : MTA_POSTFIX;
			if (w.mta == MTA_EXIM && strcmp(optarg, "exim"))
				fail("no such MTA:", optarg);
			break;
		case 's':
			w.seed = number(optarg);
			break;
		case 'b':
			bytes = number(optarg);
			break;
		case 'n':
			w.messages_wanted = number(optarg);
			break;
		case 'v':
			w.variant |= variant_bits(optarg);
			break;
		case 'c':
			w.clean = true;
			break;
		case 'r':
			w.rotate = (unsigned)number(optarg);
			break;
		case 'S':
			start = optarg;
			break;
		case 'z':
			snprintf(w.zone, sizeof w.zone, "%s", optarg);
			break;
		case 'o':
			w.dir = optarg;
			break;
		case 'D':
			w.dir = optarg;
			demo = true;
			break;
		case 'N':
			now = (int64_t)number(optarg);
			break;
		case 'f':
			w.flood = number(optarg);
			break;
		case 'a':
			arrivals = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 64;
		}
	}
	if (access("/usr/share/zoneinfo", R_OK))
		snprintf(w.zone, sizeof w.zone, "UTC");
	snprintf(zone, sizeof zone, ":%s", w.zone);
	setenv("TZ", zone, 1);
	tzset();
	if (start)
		w.start = start_of(start);
	if (w.flood) {
		flood(&w, arrivals);
		return 0;
	}
	if (!w.dir || w.rotate < 1 || optind < argc)
		fail("nothing to do:", optind < argc ? argv[optind] : "give --out DIR");
	if (demo) {
		make_demo(&w, now);
		return 0;
	}
	defaults(&w, bytes);
	make(&w);
	return 0;
}
