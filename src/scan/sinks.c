/*
 * sinks - where values do harm, and where they come from; see machine.h.
 *
 * An event is a fact: which argument of which function was made of what. Whether that is bad is decided in classes.c.
 * TRUST: all values are the scanned text's.
 */
#include "scan/machine.h"
#include "scan/sinks.h"

static const struct value none = { .kind = V_NULL };

static const struct value *argument(const struct sink_call *c, uint32_t i)
{
	return i < c->n ? &c->arg[i] : &none;
}

static bool text_is(const struct value *v, const char *prefix)
{
	return v->kind == V_TEXT &&
	       span_eq_nocase(span_head(span_of(v->p, v->n), strlen(prefix)), span_str(prefix));
}

/* PHP's address of the request's body, and of other servers. */
static uint32_t address_marks(const struct value *path)
{
	if (text_is(path, "php://input"))
		return M_BODY;
	if (text_is(path, "http://") || text_is(path, "https://") || text_is(path, "ftp://"))
		return M_REMOTE;
	if (path->kind == V_TEXT && !(path->marks & M_INPUT))
		return M_FILE;
	if (path->marks & M_URL)
		return M_REMOTE;
	return M_FILE | (path->marks & M_SELF) |
	       (path->marks & M_INPUT && !(path->marks & M_BEHIND) ? M_REMOTE : 0);
}

/*
 * What a function gives is made of what its row says. FROM follows the argument that a request had a hand
 * in: of several ways to the same place, the proof shows that one.
 */
struct value source_result(struct machine *m, const struct function *fn, struct value *arg, uint32_t n)
{
	struct value v = value_unknown(0, 0);
	uint32_t marks = 0, from = 0;

	for (uint32_t i = 0; i < n; i++) {
		marks |= value_all_marks(&arg[i]);
		if (arg[i].from && (!from || arg[i].marks & M_INPUT))
			from = arg[i].from;
	}
	switch (fn->flow) {
	case FLOW_JOIN:
		v.marks = marks & ~(uint32_t)(M_SHAPE | M_WRITER);
		/* of a list, a shape is its elements' own */
		if (n && fn->act != ACT_NONE && arg[0].kind != V_ARRAY)
			v.marks |= marks & M_BEHIND;
		if (fn->act == ACT_CHR && marks & M_DIGIT)
			v.marks |= M_FIELD;
		if (fn->act && marks & (M_INPUT | M_FILE | M_REMOTE))
			v.marks |= M_CHANGED;
		/* what comes out is hidden, whether it could be worked out or not */
		if (fn->act == ACT_CIPHER || fn->act == ACT_BASE64 || fn->act == ACT_INFLATE ||
		    fn->act == ACT_UNCOMPRESS || fn->act == ACT_GZDECODE)
			v.marks |= M_DECODED;
		if (fn->act == ACT_DUMP && n && arg[0].kind == V_UNKNOWN && arg[0].n &&
		    arg[0].marks & M_FIELD)
			v.marks |= M_WHOLE;
		v.from = from;
		break;
	case FLOW_FIELD:
		v.marks = M_FIELD;
		v.from = machine_step(m, 0, fn->name);
		break;
	case FLOW_REMOTE:
		v.marks = M_REMOTE | (marks & (M_HEADER | M_VISITOR)) | (marks & M_CLIENT ? M_VISITOR : 0) |
			  (fn->sink == SINK_SEND ? M_SOCKET : 0) | (marks & M_INPUT ? M_FIELD & marks : 0);
		v.from = machine_step(m, from, fn->name);
		break;
	case FLOW_FILE:
		v.marks = n ? address_marks(&arg[0]) : M_FILE;
		if (v.marks & M_REMOTE)
			v.marks |= (marks & (M_FIELD | M_HEADER | M_VISITOR)) |
				   (marks & M_CLIENT ? M_VISITOR : 0);
		if (n && arg[0].marks & M_TEMPNAME)
			v.marks |= M_UPLOAD;
		if (n && arg[0].kind == V_TEXT && value_script(span_of(arg[0].p, arg[0].n)))
			v.marks |= M_SCRIPT;
		if (strcmp(fn->name, "file") == 0)
			v.marks |= M_LINES;
		v.from = machine_step(m, from, fn->name);
		break;
	case FLOW_CONSTANT:
		/* getenv("HTTP_ACCEPT") is a header under CGI */
		if (n && (text_is(&arg[0], "HTTP_") || text_is(&arg[0], "QUERY_STRING") ||
			  arg[0].marks & M_INPUT)) {
			v.marks = M_HEADER | M_FIELD;
			v.from = machine_step(m, from, fn->name);
		} else if (n && text_is(&arg[0], "REMOTE_ADDR")) {
			v.marks = M_CLIENT;
		}
		break;
	case FLOW_TEMP:
		v.marks = M_TEMP;
		v.from = machine_step(m, from, fn->name);
		break;
	case FLOW_CLIENT:
		v.marks = marks & M_CLIENT;
		v.from = from;
		break;
	default:
		break;
	}
	/* digits of letters, and letters made of them again */
	if ((fn->act == ACT_DECHEX || fn->act == ACT_HEXDEC || fn->act == ACT_BINDEC ||
	     fn->act == ACT_OCTDEC) &&
	    marks & (M_INPUT | M_DIGIT))
		v.marks |= M_DIGIT;
	if (marks & M_DIGIT && (fn->act == ACT_URLDECODE || fn->act == ACT_RAWURLDECODE ||
				fn->act == ACT_UNHEX || fn->act == ACT_PACK))
		v.marks |= M_FIELD | M_CHANGED;
	if (fn->act == ACT_DIGEST && marks & M_INPUT)
		v.tail = TAIL_DIGEST;
	if (fn->act == ACT_ESCAPE && marks & (M_FIELD | M_BODY))
		v.tail = TAIL_WORD;
	if (fn->act == ACT_AGE)
		v.tail = TAIL_AGE;
	return v;
}

/*
 * Does it matter at all? Most calls of most functions do not. What is left out here never becomes an
 * event, so this errs towards telling: what no rule (weigh.h) asks for weighs nothing.
 * A name that was put together or chosen makes any call matter.
 */
static bool matters(const struct sink_call *c, uint32_t first, uint32_t all)
{
	const uint32_t outside = M_INPUT | M_REMOTE | M_UPLOAD | M_LOOSE;

	if (c->name_marks & (M_INPUT | M_BUILT | M_REMOTE | M_DECODED | M_ESCAPED | M_LOOSE | M_FILE |
			     M_CHOSEN | M_SELF | M_VISITOR))
		return true;
	switch (c->sink) {
	case SINK_CODE:
	case SINK_COMMAND:
	case SINK_MAKE:
	case SINK_MAIL:
	case SINK_UPLOAD:
	case SINK_PROBE:
	case SINK_HIDE:
	case SINK_INCLUDE:
	case SINK_GIVEN:
	case SINK_ACCOUNT:
	case SINK_LISTEN:
		return true;
	case SINK_OUTPUT:
		return all & (M_REMOTE | M_FILE | M_UPLOAD) || (all & M_INPUT && all & M_DECODED);
	case SINK_FILES:
	case SINK_READ:
		return first & (outside | M_SELF);
	case SINK_PUT:
	case SINK_WRITE:
	case SINK_COPY:
	case SINK_OPEN:
	case SINK_FETCH:
	case SINK_SEND:
		return all & (outside | M_SELF | M_DECODED | M_CLIENT | M_SECRET | M_SCRIPT | M_URL) ||
		       first & M_BUILT || c->sink == SINK_FETCH;
	case SINK_REPLACE:
		return all & (outside | M_DECODED | M_FILE | M_CHANGED);
	case SINK_REDIRECT:
	case SINK_OPTION:
	case SINK_EXTRACT:
	case SINK_CALLBACK:
	case SINK_DATABASE:
		return all & (M_INPUT | M_REMOTE) || first & (M_VISITOR | M_LOOSE);
	default:
		return false;
	}
}

/*
 * preg_replace evaluates only with /e; without one there is nothing to tell. PREG_REPLACE_EVAL was
 * removed in PHP 7.0 (manual, Pattern modifiers), but a script is made for the server that still has it.
 * Brackets as delimiters close with their counterpart.
 */
static bool evaluates(const struct sink_call *c, const struct value *pattern)
{
	struct span s = span_of(pattern->p, pattern->n);
	char close;
	ptrdiff_t end;

	/* mb_ereg_replace has it as an argument */
	if (c->name.n > 3 && c->name.p[0] == 'm')
		return c->n > 3 && c->arg[3].kind == V_TEXT && memchr(c->arg[3].p, 'e', c->arg[3].n);
	if (pattern->kind == V_UNKNOWN && pattern->tail == TAIL_EVALUATES)
		return true;
	if (pattern->kind == V_UNKNOWN)
		return pattern->marks & (M_INPUT | M_FILE | M_REMOTE) &&
		       !(pattern->marks & (M_BEHIND | M_INNER));
	if (pattern->kind != V_TEXT || !s.n)
		return false;
	close = s.p[0] == '(' ? ')' : s.p[0] == '{' ? '}' : s.p[0] == '[' ? ']' : s.p[0];
	end = span_rfind(s, close);
	return end > 0 && span_find(s, (size_t)end, 'e') > 0;
}

/* A pattern that nothing sets, and a replacement that a request brings: under old settings it brought both. */
static bool unset_pattern(const struct sink_call *c)
{
	return argument(c, 0)->kind == V_NULL && argument(c, 0)->marks & M_LOOSE &&
	       value_all_marks(argument(c, 1)) & M_INPUT;
}

static bool shows(struct span name)
{
	return span_eq(name, SPAN("readfile")) || span_eq(name, SPAN("show_source")) ||
	       span_eq(name, SPAN("highlight_file"));
}

/* Which argument the sink is about: first, then what goes with it. */
static void choose(const struct sink_call *c, const struct value **first, const struct value **second)
{
	uint8_t at = c->function && c->function->arg != NO_ARG ? c->function->arg : 0;

	*first = argument(c, at);
	*second = argument(c, at + 1u);
	if (c->sink == SINK_MAIL)
		*second = argument(c, 2);
	/* the path first, as where something is written */
	if (c->sink == SINK_COPY) {
		*first = argument(c, 1);
		*second = argument(c, 0);
	}
	if (c->sink == SINK_REPLACE)
		*second = argument(c, 2);
	if (c->sink == SINK_CALLBACK)
		*second = argument(c, at ? 0 : 1);
	/* error_log(what, 3, where) */
	if (c->sink == SINK_WRITE && at == 2)
		*second = argument(c, 0);
}

/* What it does this time: error_log writes to a file if it is told so, and an upload is moved by other names, too. */
static uint8_t sink_of(const struct sink_call *c)
{
	if (c->sink == SINK_WRITE && c->function && c->function->arg == 2 &&
	    value_number(argument(c, 1)) != 3)
		return SINK_NONE;
	if (c->sink == SINK_FILES && argument(c, 0)->marks & M_TEMPNAME && span_eq(c->name, SPAN("rename")))
		return SINK_UPLOAD;
	return c->sink;
}

bool sink_visible(struct machine *m, struct span word)
{
	struct span file = m->e->events->texts ? m->e->events->text[0] : SPAN_NONE;
	char first = word.n ? (char)(word.p[0] | 0x20) : '\0';

	charge(m, file.n / 8);
	for (size_t i = 0; i + word.n <= file.n; i++)
		if ((file.p[i] | 0x20) == first && span_eq_nocase(span_of(file.p + i, word.n), word))
			return true;
	return false;
}

/* A name put together from pieces, that no search for it finds. */
bool sink_hides(struct machine *m, const struct value *name)
{
	const struct function *fn;

	if (name->kind != V_TEXT || !(name->marks & (M_BUILT | M_DECODED | M_ESCAPED)) || name->n < 4 ||
	    name->n > 24)
		return false;
	fn = lexicon_function(m->e->words, span_of(name->p, name->n));
	return fn && (fn->sink == SINK_CODE || fn->sink == SINK_COMMAND || fn->sink == SINK_MAKE) &&
	       !sink_visible(m, span_of(name->p, name->n));
}

/* Pieces of S here and there, and most of them stand nowhere in the file: it was made letter by letter. */
static bool nowhere(struct machine *m, struct span s)
{
	enum { PIECES = 6, PIECE = 5 };
	uint32_t hidden = 0;

	if (s.n < 32)
		return false;
	for (size_t i = 0; i < PIECES; i++)
		hidden += !sink_visible(m, span_of(s.p + (s.n - PIECE) / (PIECES - 1) * i, PIECE));
	return hidden >= PIECES - 1;
}

/* Short text that runs as PHP and was put together so that nobody finds its words. */
static bool hidden_text(struct machine *m, const struct value *code)
{
	static const char *const words[] = { "eval",   "assert", "base64_decode", "gzinflate",
					     "system", "_POST",	 "_GET",	  "_REQUEST" };
	struct span s = code->kind == V_TEXT ? span_of(code->p, code->n) : SPAN_NONE;

	if (!s.n || !(code->marks & (M_BUILT | M_ESCAPED)) || code->marks & M_DECODED)
		return false;
	if (nowhere(m, s))
		return true;
	if (s.n > 4096)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_search(s, 0, span_str(words[i])) >= 0 && !sink_visible(m, span_str(words[i])))
			return true;
	return false;
}

/* Who gets the mail was put together so that no search finds him. */
static bool hidden_address(struct machine *m, const struct value *to)
{
	return to->kind == V_TEXT && to->marks & (M_BUILT | M_DECODED | M_ESCAPED) && to->n > 5 &&
	       to->n < 100 && memchr(to->p, '@', to->n) && !(to->marks & M_INPUT) &&
	       !sink_visible(m, span_of(to->p, to->n));
}

/* What goes into files that may be included afterwards. */
static void note_written(struct machine *m, const struct sink_call *c, const struct value *path,
			 uint32_t content)
{
	content &= M_FIELD | M_BODY | M_REMOTE | M_DECODED | M_CHANGED | M_UPLOAD | M_SELF;
	if (!content || (c->sink != SINK_WRITE && c->sink != SINK_PUT))
		return;
	if (path->marks & M_TEMP)
		m->e->temp_marks |= content;
	if (c->sink == SINK_WRITE && path->kind == V_TEXT && m->e->written < WRITTEN_MOST) {
		m->e->written_path[m->e->written] = span_of(path->p, path->n);
		m->e->written_marks[m->e->written++] = content;
	}
}

/* Lines that make other files scripts, or run one before each. */
static bool directs(struct span s)
{
	static const char *const words[] = { "AddHandler",	  "AddType",	      "SetHandler",
					     "auto_prepend_file", "auto_append_file", "disable_functions" };

	for (size_t i = 0; s.n < 1 << 16 && i < sizeof(words) / sizeof(words[0]); i++)
		if (span_search(s, 0, span_str(words[i])) >= 0)
			return true;
	return false;
}

/* Who has an account here, and where everything lies. */
static bool of_system(struct span path)
{
	return span_starts(path, SPAN("/etc/passwd")) || span_starts(path, SPAN("/etc/shadow")) ||
	       span_eq(path, SPAN("/tmp")) || span_eq(path, SPAN("/tmp/")) ||
	       span_starts(path, SPAN("/etc/valiases")) || span_starts(path, SPAN("/var/named")) ||
	       span_eq(path, SPAN("/"));
}

/* Lists that an administrator looks at to see what is there (WordPress, Plugin API). */
static bool of_lists(struct span name)
{
	return span_eq(name, SPAN("all_plugins")) || span_eq(name, SPAN("pre_user_query")) ||
	       span_eq(name, SPAN("views_users"));
}

/* A user whose password, or number, stands in the script (WordPress: the array is wp_insert_user's). */
static bool fixed(const struct sink_call *c, const struct value *first)
{
	const struct value key = value_span(SPAN("user_pass"));
	uint64_t steps = 64;
	const struct pair *at = first->kind == V_ARRAY ? array_find(first->array, &key, &steps) : NULL;
	const struct value *v = at ? &at->value : first;

	return c->n && !v->marks && ((v->kind == V_TEXT && v->n) || v->kind == V_INT);
}

/* Starts like what a system or another interpreter runs. */
static bool packed_program(struct span s)
{
	return span_starts(s, SPAN("#!")) || span_starts(s, SPAN("#include")) ||
	       span_starts(s, SPAN("\x7f"
				   "ELF")) ||
	       (s.n > 200 && span_starts(s, SPAN("MZ")) && memchr(s.p, 0, s.n));
}

/* HTML with a script or a page's head in it, long and out of a decoder. */
static bool packed_page(const struct value *v)
{
	struct span s = v->kind == V_TEXT ? span_head(span_of(v->p, v->n), 4096) : SPAN_NONE;

	return s.n > 200 && v->marks & M_DECODED && !(v->marks & (M_INPUT | M_REMOTE)) &&
	       memchr(s.p, '<', s.n) &&
	       (span_search(s, 0, SPAN("<script")) >= 0 || span_search(s, 0, SPAN("<html")) >= 0 ||
		span_search(s, 0, SPAN("<HTML")) >= 0 || span_search(s, 0, SPAN("<!DOCTYPE")) >= 0);
}

/* Another server's script, out of a decoder: whoever hides one line of HTML hides whose it is. */
static bool packed_script(const struct value *v)
{
	struct span s = v->kind == V_TEXT ? span_head(span_of(v->p, v->n), 4096) : SPAN_NONE;
	ptrdiff_t at = v->marks & M_DECODED && !(v->marks & (M_INPUT | M_REMOTE | M_FILE))
			       ? span_search(s, 0, SPAN("<script"))
			       : -1;
	struct span tag = at < 0 ? SPAN_NONE : span_head(span_from(s, (size_t)at), 200);
	ptrdiff_t end = span_find(tag, 0, '>');

	return end > 0 && span_search(span_head(tag, (size_t)end), 0, SPAN("//")) > 0;
}

/*
 * A library that is loaded before all others (ld.so(8)), a program that a mailbox is reached through (c-client), a log that
 * sendmail writes where it is told to (sendmail(8), -X).
 */
static bool starts_program(struct machine *m, const struct sink_call *c)
{
	const struct value *last = argument(c, 4);

	if (c->sink == SINK_OPTION)
		return text_is(argument(c, 0), "LD_PRELOAD=");
	if (c->sink == SINK_READ)
		return span_eq(c->name, SPAN("imap_open")) && sink_visible(m, SPAN("ProxyCommand"));
	return c->sink == SINK_MAIL && last->kind == V_TEXT &&
	       (text_is(last, "-X") || memmem(last->p, last->n, " -X", 3));
}

/* A file is given a time that is not now: another one's, or one that was made up. */
static bool ages(const struct sink_call *c)
{
	const struct value *when = argument(c, 1);

	return span_eq(c->name, SPAN("touch")) &&
	       (when->kind == V_INT || (when->kind == V_UNKNOWN && when->tail == TAIL_AGE));
}

/* What the text that is written is, where that is known. */
static uint8_t kind_of(struct machine *m, const struct sink_call *c, const struct value *first,
		       const struct value *second)
{
	struct span s = second->kind == V_TEXT ? span_of(second->p, second->n) : SPAN_NONE;

	if (starts_program(m, c))
		return EVENT_STARTS;
	if (c->sink == SINK_REPLACE && unset_pattern(c))
		return EVENT_UNSET;
	if (c->sink == SINK_CODE && first->tail == TAIL_MADE && (first->kind == V_UNKNOWN || !first->n))
		return EVENT_MADE;
	if (c->sink == SINK_OPTION && text_is(first, "mail.add_x_header"))
		return EVENT_MUTES;
	if (c->sink == SINK_FILES && ages(c))
		return EVENT_AGES;
	if (c->sink == SINK_OUTPUT && packed_script(first))
		return EVENT_TAG;
	if (c->sink == SINK_OUTPUT && packed_page(first))
		return EVENT_PAGE;
	if (c->sink == SINK_GIVEN && c->in_markup)
		return EVENT_NAMED;
	if (c->sink == SINK_READ && shows(c->name) && first->kind == V_TEXT && !(first->marks & M_INPUT) &&
	    value_script(span_of(first->p, first->n)))
		return EVENT_SOURCE;

	if (c->sink == SINK_REDIRECT && text_is(first, "location:")) {
		s = first->kind == V_TEXT ? span_trim(span_from(span_of(first->p, first->n), 9)) : SPAN_NONE;
		return span_starts(s, SPAN("http")) ? EVENT_LEAVES : EVENT_PLAIN;
	}
	if (c->sink == SINK_ACCOUNT)
		return fixed(c, first) ? EVENT_FIXED : EVENT_PLAIN;
	if (c->sink == SINK_ADD)
		return of_lists(first->kind == V_TEXT ? span_of(first->p, first->n) : SPAN_NONE)
			       ? EVENT_HIDES
			       : EVENT_PLAIN;
	if (c->sink == SINK_READ || c->sink == SINK_OPEN || c->sink == SINK_FILES)
		return of_system(first->kind == V_TEXT ? span_of(first->p, first->n) : SPAN_NONE)
			       ? EVENT_SYSTEM
			       : EVENT_PLAIN;
	if (c->sink != SINK_WRITE && c->sink != SINK_PUT)
		return EVENT_PLAIN;
	if (s.n > 100 && second->marks & M_DECODED && memcmp(s.p, "PK\3\4", 4) == 0)
		return EVENT_ARCHIVE;
	if (second->marks & (M_DECODED | M_CHANGED) && packed_program(s))
		return EVENT_PROGRAM;
	if (packed_page(second))
		return EVENT_PAGE;
	if (value_all_marks(second) & M_SECRET &&
	    (first->kind == V_TEXT ? value_kept(span_of(first->p, first->n))
				   : first->kind == V_UNKNOWN && first->tail == TAIL_KEPT))
		return EVENT_KEEPS;
	return first->marks & M_SCRIPT || (first->kind == V_TEXT && value_script(span_of(first->p, first->n)))
		       ? directs(s) ? EVENT_DIRECTS : EVENT_PLAIN
		       : EVENT_PLAIN;
}

/* The argument, its companion and all of them: rules ask for each. */
void sink_reached(struct machine *m, const struct sink_call *call)
{
	struct sink_call really = *call;
	const struct sink_call *c = &really;
	const struct value *first, *second;
	uint32_t marks, all = 0;
	struct event e = { 0 };
	const struct text *t = here(m)->unit->text;

	really.sink = sink_of(call);
	if (call->sink && !really.sink)
		return;

	choose(c, &first, &second);
	for (uint32_t i = 0; i < c->n; i++)
		all |= value_all_marks(&c->arg[i]);
	marks = value_all_marks(first);
	if (c->sink == SINK_COMMAND && first->kind == V_UNKNOWN && first->tail == TAIL_WORD)
		marks |= M_FIELD;
	note_written(m, c, first, value_all_marks(second));
	if (c->sink == SINK_UNPACK && marks & M_INPUT)
		m->e->wild |= marks & M_INPUT;
	/* copy() takes addresses, too */
	if (c->sink == SINK_COPY)
		all |= address_marks(second) & (M_REMOTE | M_BODY);
	e.kind = kind_of(m, c, first, second);
	if (!e.kind && !matters(c, marks, all))
		return;
	if (c->sink == SINK_REPLACE && e.kind != EVENT_UNSET && !evaluates(c, argument(c, 0)))
		return;
	e.sink = c->sink;
	e.marks = marks;
	e.second = value_all_marks(second);
	if (c->sink == SINK_COPY)
		e.second |= address_marks(second) & (M_REMOTE | M_BODY);
	/* of a mail, everything but who gets it */
	for (uint32_t i = 1; c->sink == SINK_MAIL && i < c->n; i++)
		e.second |= value_all_marks(&c->arg[i]);
	/* the text stands for itself, or behind a fixed beginning */
	if (c->sink == SINK_MAIL && !(value_all_marks(second) & M_BEHIND))
		e.second &= ~(uint32_t)M_BEHIND;
	e.third = all;
	e.name_marks = c->name_marks;
	e.hidden = c->name_marks & (M_BUILT | M_DECODED | M_INPUT | M_REMOTE | M_ESCAPED);
	if (c->sink == SINK_GIVEN)
		e.hidden = sink_hides(m, first);
	else if (c->sink == SINK_CODE || c->sink == SINK_MAKE || c->sink == SINK_REPLACE)
		e.built = hidden_text(m, first);
	else if (c->sink == SINK_MAIL)
		e.built = hidden_address(m, first);
	e.maybe = here(m)->unsure > 0;
	e.layer = t->layer;
	e.text = t->number;
	if (m->now && m->now->token < t->n) {
		e.at = t->token[m->now->token].at;
		e.n = t->token[m->now->token].n;
	}
	e.function = c->name;
	if (first->kind == V_TEXT && value_picture(span_of(first->p, first->n)))
		e.marks |= M_PICTURE;
	if (first->kind == V_TEXT)
		e.content = span_of(first->p, first->n);
	e.step = first->from ? first->from : second->from;
	e.in_function = here(m)->unit->number != 0;
	e.in_class = here(m)->unit->class != NO_CLASS;
	event_keep(m->e->events, &e);
}
