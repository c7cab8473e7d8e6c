/*
 * fuzz_host - every configuration parser: the input's first byte says which file it is, the rest is its text.
 * The same text is also what each include line finds.
 */
#include "base/arena.h"
#include "base/err.h"
#include "host/host.h"
#include "model/inquiry.h"

static const char *const paths[] = {
	"/etc/postfix/main.cf",
	"/etc/postfix/master.cf",
	"/etc/exim.conf",
	"/etc/exim4/update-exim4.conf.conf",
	"/etc/rsyslog.conf",
	"/etc/syslog-ng/syslog-ng.conf",
	"/etc/apache2/apache2.conf",
	"/etc/apache2/envvars",
	"/etc/nginx/nginx.conf",
	"/etc/php.ini",
	"/var/lib/dpkg/status",
	"/etc/localtime",
	"/etc/exim4/exim4.conf.template",
};

struct input {
	struct span path, text;
	unsigned includes; /* answered so far */
};

static bool fuzz_read(void *ctx, struct arena *a, struct span path, struct span *ret_bytes)
{
	struct input *in = ctx;

	/* what the fuzzer can spell as an include line, and the file itself */
	if (!span_eq(path, in->path) && (!span_starts(path, SPAN("/i")) || in->includes++ > 20))
		return false;
	*ret_bytes = arena_span(a, in->text);
	return true;
}

static size_t fuzz_list(void *ctx, struct arena *a, struct span dir, struct span **ret_names)
{
	if (!span_eq(dir, SPAN("/i")) && !span_eq(dir, SPAN("/var/log")))
		return 0;
	*ret_names = arena_alloc(a, 2 * sizeof(**ret_names));
	(*ret_names)[0] = SPAN("i");
	(*ret_names)[1] = SPAN("mainlog");
	return 2;
}

static bool fuzz_exists(void *ctx, struct span path)
{
	struct input *in = ctx;

	return span_eq(path, in->path) || span_ends(path, SPAN("log"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct input in = { 0 };
	struct host_io io = { &in, fuzz_read, fuzz_list, fuzz_exists, .homes = true };
	struct host_facts f;

	if (size == 0) {
		arena_free(a);
		return 0;
	}
	in.path = span_str(paths[data[0] % (sizeof(paths) / sizeof(*paths))]);
	in.text = span_of((const char *)data + 1, size - 1);
	host_learn(&io, a, &f);
	for (size_t i = 0; i < f.nlogs; i++) {
		if (f.logs[i].path.n < 2 || f.logs[i].path.p[0] != '/' ||
		    memchr(f.logs[i].path.p, 0, f.logs[i].path.n))
			bug("no path of a file");
		for (size_t k = 0; k < i && i < 200; k++)
			if (span_eq(f.logs[i].path, f.logs[k].path))
				bug("the same log twice");
	}
	for (size_t i = 0; i < f.nadvice; i++)
		if (!f.advice[i].id.n || !f.advice[i].text.n || (!f.advice[i].ok && !f.advice[i].line.n))
			bug("advice without a text or a line");
	host_forget(&f);
	arena_free(a);
	return 0;
}
