/*
 * exim_file - Exim's ID-H: "ID-H", "login uid gid", "<sender>", "epoch warnings", lines of options, the tree of
 * recipients that are done, the number of recipients and each of them, an empty line, headers with their lengths.
 *
 * Exim specification, "Format of spool files". Options begin with "-", since 4.94 with "--" where a stranger chose
 * the value. Values of ACL variables are counted in bytes and may hold line ends.
 *
 * TRUST: line ends in values of old versions wrote lines of the attacker's here (CVE-2020-28021). What such lines
 * push away must go somewhere: an option that comes twice, a list whose count is wrong, a header whose length does
 * not fit end all trust in the file. A login is believed fully only where the protocol says that one was accepted,
 * a uid only where the local flag and the name agree with it.
 */
#include "queue/files.h"
#include "queue/room.h"
#include "queue/window.h"

#define LINE_MOST 16384
#define LINES_MOST 200000 /* limit queue: lines of a message's head file */
#define HEADERS_MOST 500 /* limit queue: header lines of a message, Exim */
#define DONE_MOST 200 /* recipients in the tree that are known by name; further ones are counted */

enum once {
	ONCE_LOCAL,
	ONCE_IDENT,
	ONCE_LOGIN,
	ONCE_CLIENT,
	ONCE_HELO,
	ONCE_PROTOCOL,
	ONCE_FROZEN,
	ONCE_USEC,
	ONCES
};

struct exim_file {
	struct window *w;
	struct room *room;
	uint64_t at;
	uint32_t lines;
	bool seen[ONCES];
	bool error; /* -localerror: the server made it */
	struct span ident;
	struct span done[DONE_MOST];
	uint32_t ndone;
};

/* The line at AT without its end; false: the file ends, or the line does not. */
static bool next_line(struct exim_file *f, struct span *ret)
{
	struct span s = window_look(f->w, f->at, 512);
	ptrdiff_t end = span_find(span_head(s, LINE_MOST), 0, '\n');

	if (++f->lines > LINES_MOST)
		return false;
	if (end < 0) {
		s = window_look(f->w, f->at, LINE_MOST);
		end = span_find(span_head(s, LINE_MOST), 0, '\n');
	}
	if (end < 0)
		return false;
	*ret = span_of(s.p, (size_t)end);
	f->at += (uint64_t)end + 1;
	return true;
}

static struct span cut_word(struct span *rest)
{
	ptrdiff_t blank = span_find(*rest, 0, ' ');
	struct span word = blank < 0 ? *rest : span_head(*rest, (size_t)blank);

	*rest = blank < 0 ? SPAN_NONE : span_from(*rest, (size_t)blank + 1);
	return word;
}

/* "login uid gid": from the back, since a login may hold blanks. */
static const char *take_submitter(struct exim_file *f, struct span line)
{
	struct queued *q = &f->room->q;
	ptrdiff_t gid = span_rfind(line, ' ');
	ptrdiff_t uid = gid < 0 ? -1 : span_rfind(span_head(line, (size_t)gid), ' ');
	uint64_t u, g;

	if (uid < 1 || !span_u64(span_from(line, (size_t)gid + 1), &g) ||
	    !span_u64(span_of(line.p + uid + 1, (size_t)(gid - uid - 1)), &u) || u >= QUEUED_NO_UID ||
	    !room_is_name(span_head(line, (size_t)uid)))
		return "its second line names no submitter";
	q->user = room_keep(f->room, span_head(line, (size_t)uid));
	q->uid = (uint32_t)u;
	return NULL;
}

static const char *take_sender(struct exim_file *f, struct span line)
{
	struct queued *q = &f->room->q;

	if (line.n < 2 || line.p[0] != '<' || line.p[line.n - 1] != '>')
		return "its third line is no sender";
	q->sender = room_keep(f->room, span_of(line.p + 1, line.n - 2));
	q->null_sender = line.n == 2;
	return NULL;
}

static const char *take_time(struct exim_file *f, struct span line)
{
	uint64_t at;

	if (!span_u64(cut_word(&line), &at) || at > INT64_MAX / 2)
		return "its fourth line is no time";
	f->room->q.arrival = (int64_t)at;
	return NULL;
}

/* "-aclm NAME LENGTH" (and -aclc, -acl): LENGTH bytes and a line end follow. */
static const char *skip_variable(struct exim_file *f, struct span rest)
{
	struct span s;
	uint64_t length;

	cut_word(&rest);
	if (!span_u64(cut_word(&rest), &length) || length > (1u << 20))
		return "an ACL variable without a length";
	s = window_look(f->w, f->at + length, 1);
	if (!s.n || s.p[0] != '\n')
		return "an ACL variable of another length";
	f->at += length + 1;
	return NULL;
}

/* "[198.51.100.7]:41642" (seen in 4.96), in older files "198.51.100.7.41642". */
static struct span without_port(struct span value)
{
	ptrdiff_t dot = span_rfind(value, '.');
	ptrdiff_t close = span_find(value, 0, ']');

	if (value.n && value.p[0] == '[' && close > 0)
		return span_of(value.p + 1, (size_t)close - 1);
	return dot < 0 ? value : span_head(value, (size_t)dot);
}

static const char *take_value(struct exim_file *f, enum once which, struct span value)
{
	struct queued *q = &f->room->q;
	uint64_t seconds;

	switch (which) {
	case ONCE_IDENT:
		f->ident = room_keep(f->room, value);
		break;
	case ONCE_LOGIN:
		if (!room_is_name(value))
			return "a login with control characters";
		q->login = room_keep(f->room, value);
		break;
	case ONCE_CLIENT:
		q->client = room_keep(f->room, without_port(value));
		q->client_grade = 'B';
		break;
	case ONCE_HELO:
		q->helo = room_keep(f->room, value);
		break;
	case ONCE_PROTOCOL:
		q->protocol = room_keep(f->room, value);
		break;
	case ONCE_FROZEN:
		if (!span_u64(value, &seconds) || seconds > INT64_MAX / 2)
			return "a frozen mark without its time";
		q->frozen = (int64_t)seconds;
		break;
	default:
		break;
	}
	return NULL;
}

static const char *take_option(struct exim_file *f, struct span line)
{
	static const struct {
		struct span name;
		enum once once;
	} known[] = {
		{ SPAN("local"), ONCE_LOCAL },	  { SPAN("ident"), ONCE_IDENT },
		{ SPAN("auth_id"), ONCE_LOGIN },  { SPAN("host_address"), ONCE_CLIENT },
		{ SPAN("helo_name"), ONCE_HELO }, { SPAN("received_protocol"), ONCE_PROTOCOL },
		{ SPAN("frozen"), ONCE_FROZEN },  { SPAN("received_time_usec"), ONCE_USEC },
	};
	struct span rest = span_from(line, line.n > 1 && line.p[1] == '-' ? 2 : 1);
	struct span name;

	/* "-(quoter)name": quoted for a look-up */
	if (rest.n && rest.p[0] == '(' && span_find(rest, 0, ')') > 0)
		rest = span_from(rest, (size_t)span_find(rest, 0, ')') + 1);
	name = cut_word(&rest);
	if (span_eq(name, SPAN("aclm")) || span_eq(name, SPAN("aclc")) || span_eq(name, SPAN("acl")))
		return skip_variable(f, rest);
	f->error |= span_eq(name, SPAN("localerror"));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!span_eq(name, known[i].name))
			continue;
		if (f->seen[known[i].once])
			return "an option that may stand once stands twice";
		f->seen[known[i].once] = true;
		return take_value(f, known[i].once, rest);
	}
	return NULL;
}

static bool is_tree_line(struct span line)
{
	return line.n >= 2 && (line.p[0] == 'Y' || line.p[0] == 'N') &&
	       (line.p[1] == 'Y' || line.p[1] == 'N') && (line.n == 2 || line.p[2] == ' ');
}

/* The tree of recipients that are done: each node says whether it has a left and a right branch. */
static const char *take_tree(struct exim_file *f, struct span *line, uint32_t *ret_done)
{
	uint32_t open = 1;
	uint32_t done = 0;

	if (span_eq(*line, SPAN("XX")))
		return next_line(f, line) ? NULL : "it ends before its recipients";
	while (open) {
		if (!is_tree_line(*line))
			return "a tree of done recipients that makes no sense";
		open += (uint32_t)(line->p[0] == 'Y') + (uint32_t)(line->p[1] == 'Y');
		open--;
		done++;
		if (f->ndone < DONE_MOST)
			f->done[f->ndone++] = room_keep(f->room, span_from(*line, 3));
		if (!next_line(f, line))
			return "it ends within the tree of done recipients";
	}
	*ret_done = done;
	return NULL;
}

/* "addr", or "addr ... len,parent#flags" of one-time aliases and DSN requests. */
static struct span address_of(struct span line)
{
	ptrdiff_t hash = span_rfind(line, '#');
	ptrdiff_t blank = -1;
	bool quoted = false;
	uint64_t flags;

	if (hash < 1 || !span_u64(span_from(line, (size_t)hash + 1), &flags))
		return line;
	for (size_t i = 0; i < line.n && blank < 0; i++) {
		quoted ^= line.p[i] == '"';
		if (line.p[i] == ' ' && !quoted)
			blank = (ptrdiff_t)i;
	}
	return blank < 0 ? line : span_head(line, (size_t)blank);
}

static bool is_done(const struct exim_file *f, struct span address)
{
	for (uint32_t i = 0; i < f->ndone; i++)
		if (span_eq(f->done[i], address))
			return true;
	return false;
}

static const char *take_recipients(struct exim_file *f, struct span line, uint32_t done)
{
	uint64_t n;

	if (!span_u64(line, &n) || n == 0 || n > LINES_MOST)
		return "the number of its recipients is missing";
	for (uint64_t i = 0; i < n; i++) {
		if (!next_line(f, &line) || line.n == 0)
			return "it has fewer recipients than it says";
		room_recipient(f->room, address_of(line),
			       is_done(f, span_head(address_of(line), ROOM_FIELD)));
	}
	if (!next_line(f, &line) || line.n)
		return "it has more recipients than it says";
	f->room->q.ndone = done < n ? done : (uint32_t)n;
	return NULL;
}

/* "037F From: a@b\n": length of the text with its line end, a flag, a blank, the text. */
static const char *take_headers(struct exim_file *f)
{
	struct span s;

	for (unsigned i = 0; (s = window_look(f->w, f->at, 8)).n; i++) {
		uint64_t length;
		size_t digits = 0;

		while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
			digits++;
		if (digits < 3 || digits > 7 || s.n < digits + 2 || s.p[digits + 1] != ' ' ||
		    !span_u64(span_head(s, digits), &length) || length == 0)
			return "a header without its length";
		f->at += digits + 2;
		s = window_look(f->w, f->at + length - 1, 1);
		if (!s.n || s.p[0] != '\n')
			return "a header of another length";
		if (i < HEADERS_MOST) {
			s = window_look(f->w, f->at,
					length < ROOM_FIELD * 2 ? (size_t)length : ROOM_FIELD * 2);
			room_header(f->room, span_head(s, (size_t)length));
		}
		f->room->q.size += length;
		f->at += length;
	}
	return f->w->failed ? "it cannot be read" : NULL;
}

static const char *read_all(struct exim_file *f)
{
	struct span id = f->room->q.id_text;
	const char *wrong = NULL;
	struct span line;
	uint32_t done = 0;

	if (!next_line(f, &line) || line.n != id.n + 2 || !span_starts(line, id) ||
	    !span_ends(line, SPAN("-H")))
		return "it does not begin with its own id";
	if (!next_line(f, &line) || (wrong = take_submitter(f, line)) != NULL)
		return wrong ? wrong : "it ends after one line";
	if (!next_line(f, &line) || (wrong = take_sender(f, line)) != NULL)
		return wrong ? wrong : "it ends after two lines";
	if (!next_line(f, &line) || (wrong = take_time(f, line)) != NULL)
		return wrong ? wrong : "it ends after three lines";
	for (;;) {
		if (!next_line(f, &line))
			return "it ends within its options";
		if (!line.n || line.p[0] != '-')
			break;
		wrong = take_option(f, line);
		if (wrong)
			return wrong;
	}
	/* others' copies of spool files leave the tree out; a number cannot be one */
	if (!line.n || line.p[0] < '0' || line.p[0] > '9')
		wrong = take_tree(f, &line, &done);
	if (!wrong)
		wrong = take_recipients(f, line, done);
	return wrong ? wrong : take_headers(f);
}

/* What two facts say together; a contradiction is a forgery. */
static const char *weigh(struct exim_file *f)
{
	struct queued *q = &f->room->q;
	bool local = f->seen[ONCE_LOCAL];
	bool with_login = span_search(q->protocol, 0, SPAN("smtpa")) >= 0 ||
			  span_search(q->protocol, 0, SPAN("smtpsa")) >= 0;

	if (q->login.n)
		q->login_grade = with_login && q->client.n ? 'A' : 'B';
	/* what is handed over on this server has its user's name there, too: that is no login */
	if (!q->client.n && local && span_eq(q->login, q->user)) {
		q->login = SPAN_NONE;
		q->login_grade = 0;
	}
	if (q->client.n && local && !span_starts(q->client, SPAN("127.")))
		return "both local and from another host";
	if (q->client.n) {
		/* the server's own uid: it says nothing about who spoke SMTP */
		q->uid = QUEUED_NO_UID;
		q->user = SPAN_NONE;
		return NULL;
	}
	if (f->ident.n && !span_eq(f->ident, q->user) && !q->login.n)
		q->uid_grade = 'B';
	else
		q->uid_grade = local && f->ident.n ? 'A' : 'B';
	q->automatic |= f->error;
	return NULL;
}

void exim_header_file(struct window *w, struct room *room)
{
	struct exim_file f = { .w = w, .room = room };
	const char *wrong = read_all(&f);

	if (!wrong)
		wrong = weigh(&f);
	if (wrong)
		room_damaged(room, wrong);
	room_finish(room);
}

void exim_journal(struct room *room, struct span bytes)
{
	struct queued *q = &room->q;
	uint32_t more = 0;

	while (bytes.n) {
		ptrdiff_t end = span_find(bytes, 0, '\n');
		struct span line = span_head(bytes, end < 0 ? bytes.n : (size_t)end);

		for (uint32_t i = 0; i < q->nlisted && line.n; i++) {
			if (q->recipients[i].done || !span_eq(q->recipients[i].address, line))
				continue;
			q->recipients[i].done = true;
			more++;
			break;
		}
		bytes = span_from(bytes, line.n + 1);
	}
	q->ndone = q->ndone + more < q->nrecipients ? q->ndone + more : q->nrecipients;
}
