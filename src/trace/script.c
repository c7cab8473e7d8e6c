/* script - see script.h. */
#include "trace/script.h"

#include "logs/bytes.h"
#include "trace/internal.h"

/* Options of who hands a message over: -t -i -f -F -r, whatever is glued to them, -bm, -bs and -oi. */
static bool is_mailing(char first, char second)
{
	return first == 't' || first == 'i' || first == 'f' || first == 'F' || first == 'r' ||
	       (first == 'b' && (second == 'm' || second == 's')) || (first == 'o' && second == 'i');
}

/* Options that no mail is handed over with, when they come first. */
static bool is_service(struct span option)
{
	return option.n > 1 && option.p[0] == '-' &&
	       (option.p[1] == 'M' || option.p[1] == 'q' ||
		(option.n > 2 && option.p[1] == 'b' && memchr("pdVthP", option.p[2], 6)));
}

/* Hash of the address VALUE, what stands behind -f: it must become the envelope sender; 0 where it is none. */
static uint64_t sender_hash(struct span value)
{
	const char *end;

	if (value.n && value.p[0] == ' ')
		value = span_from(value, 1);
	end = bytes_find(value.p, value.p + value.n, ' ');
	value.n = (size_t)(end - value.p);
	if (value.n > 2 && value.p[0] == '<' && value.p[value.n - 1] == '>')
		value = span_of(value.p + 1, value.n - 2);
	return bytes_find(value.p, end, '@') == end ? 0 : rcpt_hash(value, NULL);
}

/*
 * ARGS: program and arguments. False: nothing is handed over, "Exim calling itself" (-Mc ID, -q, -bd) and administrators'
 * listings (-bp, -bpc, -Mvh). Else the hash of the address behind -f, or 0.
 */
static bool is_submission(struct span args, uint64_t *ret_sender)
{
	const char *end = args.p + args.n, *program = bytes_find(args.p, end, ' '), *p;
	bool mailing = false;

	if (program == end || is_service(span_of(program + 1, (size_t)(end - program - 1))))
		return false;
	*ret_sender = 0;
	for (p = program; end - p > 2; p = bytes_find(p + 1, end, ' ')) {
		if (p[1] != '-')
			continue;
		if (p[2] == 'f') {
			*ret_sender = sender_hash(span_of(p + 3, (size_t)(end - p - 3)));
			return true;
		}
		mailing = mailing || is_mailing(p[2], end - p > 3 ? p[3] : '\0');
	}
	return mailing || bytes_find(program, end, '@') < end;
}

void script_cwd(struct script_memory *m, const struct event *ev, struct span dir, struct span args)
{
	struct cwd_line *c;
	uint64_t sender;

	if (!dir.p || dir.n > SCRIPT_PATH)
		return;
	if (span_starts(dir, SPAN("/var/spool/exim")) || !is_submission(args, &sender))
		return;
	c = &m->cwd[m->next_cwd++ % CWD_RING];
	c->at = ev->at;
	c->pid = ev->pid;
	c->owner = CWD_UNASKED;
	c->sender = sender;
	c->len = (uint32_t)dir.n;
	c->open = true;
	memcpy(c->path, dir.p, dir.n);
}

/* The addresses in a To argument, which may hold names and commas: every run of bytes around an '@'. */
static uint32_t addresses(struct span to, uint64_t *ret_hash, uint32_t most)
{
	uint32_t n = 0;
	ptrdiff_t at = -1;

	while (n < most && (at = span_find(to, (size_t)(at + 1), '@')) >= 0) {
		size_t from = (size_t)at;
		size_t end = (size_t)at;

		while (from > 0 && !memchr(" <,;\t\"':", to.p[from - 1], 9))
			from--;
		while (end < to.n && !memchr(" >,;\t\"'", to.p[end], 7))
			end++;
		ret_hash[n++] = rcpt_hash(span_of(to.p + from, end - from), NULL);
		at = (ptrdiff_t)end - 1;
	}
	return n;
}

struct php_line *script_php(struct script_memory *m, const struct accounts *a, const struct event *ev,
			    const char *base)
{
	struct span file = event_get(ev, base, F_SCRIPT);
	struct php_line *p;

	if (!file.p || file.n > SCRIPT_PATH)
		return NULL;
	p = &m->php[m->next_php++ % PHP_RING];
	m->open_php += !p->open;
	p->at = ev->at;
	p->owner = accounts_by_path(a, file);
	p->nrcpt = addresses(event_get(ev, base, F_TO), p->rcpt, PHP_RCPTS);
	p->len = (uint32_t)file.n;
	p->subject = subject_hash(event_get(ev, base, F_SUBJECT));
	p->open = true;
	p->doubted = p->asked = false;
	memcpy(p->path, file.p, file.n);
	return p;
}

/* Does a folder of OWNER fit an arrival of the user USER? Many sites share www-data. */
static bool owner_fits(uint32_t owner, uint32_t user, bool shared)
{
	return shared || (owner == user && owner != ACCOUNT_NONE);
}

static uint32_t owner_of(struct script_memory *m, const struct accounts *a, struct span path)
{
	uint64_t hash = hash_span(path, m->seed) | 1;
	struct folder_owner *f = &m->folder[(hash >> 1) % FOLDER_OWNERS];

	if (f->hash != hash)
		*f = (struct folder_owner){ .hash = hash, .owner = accounts_by_path(a, path) };
	return f->owner;
}

/* Newest first, as far back as a line can wait; of two that fit equally well the older one is next in turn. */
struct span script_take_cwd(struct script_memory *m, const struct accounts *a, int64_t at, uint32_t pid,
			    uint32_t owner, bool shared, uint64_t sender)
{
	struct cwd_line *best = NULL;
	unsigned best_rank = 1;

	for (uint32_t i = 1; i <= CWD_RING; i++) {
		struct cwd_line *c = &m->cwd[(m->next_cwd - i) % CWD_RING];
		unsigned rank;

		if (at - c->at > CWD_SECONDS)
			break;
		if (!c->open || c->at > at || (pid && c->pid && pid != c->pid))
			continue;
		if (!shared && c->owner == CWD_UNASKED)
			c->owner = owner_of(m, a, span_of(c->path, c->len));
		if (!owner_fits(c->owner, owner, shared))
			continue;
		rank = pid && pid == c->pid ? 3 : c->sender && c->sender == sender ? 2 : 1;
		if (rank >= best_rank) {
			best = c;
			best_rank = rank;
		}
	}
	if (!best)
		return SPAN_NONE;
	best->open = false;
	return span_of(best->path, best->len);
}

static bool php_fits(const struct php_line *p, int64_t at, uint32_t owner, bool shared)
{
	return p->open && p->at <= at + 1 && at - p->at <= PHP_SECONDS && owner_fits(p->owner, owner, shared);
}

bool script_php_waits(const struct script_memory *m, int64_t at, uint32_t owner, bool shared)
{
	if (!m->open_php)
		return false;
	for (uint32_t i = 0; i < PHP_RING; i++)
		if (php_fits(&m->php[i], at, owner, shared))
			return true;
	return false;
}

static bool php_wrote_to(const struct php_line *p, uint64_t rcpt)
{
	for (uint32_t i = 0; i < p->nrcpt; i++)
		if (p->rcpt[i] == rcpt)
			return true;
	return false;
}

const struct php_line *script_take_php(struct script_memory *m, int64_t at, uint32_t owner, bool shared,
				       uint64_t rcpt)
{
	if (!m->open_php)
		return NULL;
	for (uint32_t i = 0; i < PHP_RING; i++) {
		struct php_line *p = &m->php[(m->next_php + i) % PHP_RING];

		if (!php_fits(p, at, owner, shared) || (rcpt ? !php_wrote_to(p, rcpt) : p->nrcpt))
			continue;
		p->open = false;
		m->open_php--;
		return p;
	}
	return NULL;
}

struct span script_folder(struct span file)
{
	ptrdiff_t slash = span_rfind(file, '/');

	return span_head(file, slash <= 0 ? file.n : (size_t)slash);
}

bool script_is_place(struct span folder, struct span home)
{
	static const char *const system_folders[] = {
		"/root", "/etc", "/usr",  "/bin",	"/sbin",    "/lib",	  "/run",
		"/proc", "/sys", "/boot", "/var/spool", "/var/lib", "/var/cache",
	};

	while (folder.n > 1 && folder.p[folder.n - 1] == '/')
		folder.n--;
	if (folder.n <= 1 || span_eq(folder, home))
		return false;
	for (size_t i = 0; i < sizeof(system_folders) / sizeof(*system_folders); i++) {
		struct span dir = span_str(system_folders[i]);

		if (span_starts(folder, dir) && (folder.n == dir.n || folder.p[dir.n] == '/'))
			return false;
	}
	return true;
}

uint8_t script_traits(struct span folder)
{
	/* Whole names: "/templates" and "/mediawiki" do mail, and so do plugins and libraries. */
	static const char *const never[] = {
		"uploads", "upload", "cache", "tmp",   "temp",	 "images", "image",
		"img",	   "css",    "js",    "fonts", "assets", "media",  "shm",
	};
	static const char *const lists[] = { "/mailman", "/phplist", "/newsletter", "/sympa" };
	uint8_t traits = 0;

	for (size_t from = 0; from < folder.n;) {
		ptrdiff_t slash = span_find(folder, from, '/');
		size_t to = slash < 0 ? folder.n : (size_t)slash;
		struct span name = span_of(folder.p + from, to - from);

		for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
			if (span_eq_nocase(name, span_str(never[i])) || (name.n > 1 && name.p[0] == '.'))
				traits |= PLACE_NEVER_MAILS;
		from = to + 1;
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (span_search(folder, 0, span_str(lists[i])) >= 0)
			traits |= PLACE_KNOWN_LIST;
	return traits;
}
