/*
 * draft - see draft.h: a plan's lists grow in the run's arena, and nothing of them is freed before the run
 * ends.
 *
 * Promises: what draft_read gives is the file as the plan so far would leave it, so that a second edit of one
 * file is made on top of the first. Nothing is written anywhere; files come through host_io alone.
 *
 * TRUST: texts quote names from logs. They are cut at TEXT_MOST and shown, never run: what a program gets as
 * a word is checked by who puts it there, and again by the actor.
 */
#include "plan/draft.h"

#include "base/arena_more.h"
#include "base/lower.h"

#include <stdio.h>

#define TEXT_MOST 16384

struct action *draft_action(struct draft *d, enum action_kind kind, char grade)
{
	struct plan *p = d->plan;
	struct action *v;

	p->actions = arena_more(d->arena, p->actions, p->nactions, &d->actions_room, 16, sizeof(*p->actions));
	v = &p->actions[p->nactions++];
	*v = (struct action){ .kind = kind, .grade = grade, .uid = PLAN_NO_UID };
	/* what is cut off cannot be put together again: no way back, so no lifetime either */
	v->transient = kind == ACTION_CLOSE_SOCKET || kind == ACTION_END_LOGIN;
	v->lifetime = v->transient ? 0 : d->want->lifetime;
	return v;
}

__attribute__((format(printf, 2, 0))) static struct span format(struct draft *d, const char *fmt,
								va_list args)
{
	char text[TEXT_MOST];
	int n = vsnprintf(text, sizeof(text), fmt, args);

	if (n < 0)
		n = 0;
	return arena_span(d->arena, span_of(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1));
}

struct span draft_text(struct draft *d, const char *fmt, ...)
{
	va_list args;
	struct span s;

	va_start(args, fmt);
	s = format(d, fmt, args);
	va_end(args);
	return s;
}

static void add_note(struct draft *d, struct span text)
{
	struct plan *p = d->plan;

	p->notes = arena_more(d->arena, p->notes, p->nnotes, &d->notes_room, 16, sizeof(*p->notes));
	p->notes[p->nnotes++] = text;
}

void draft_note(struct draft *d, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_note(d, format(d, fmt, args));
	va_end(args);
}

void draft_already(struct draft *d, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_note(d, format(d, fmt, args));
	va_end(args);
	d->already = true;
}

void draft_apart(struct draft *d, const char *fmt, ...)
{
	struct plan *p = d->plan;
	va_list args;

	p->apart = arena_more(d->arena, p->apart, p->napart, &d->apart_room, 16, sizeof(*p->apart));
	va_start(args, fmt);
	p->apart[p->napart++] = format(d, fmt, args);
	va_end(args);
}

struct span *draft_words(struct draft *d, size_t n, ...)
{
	struct span *words = arena_alloc(d->arena, n * sizeof(*words));
	va_list args;

	va_start(args, n);
	for (size_t i = 0; i < n; i++)
		words[i] = va_arg(args, struct span);
	va_end(args);
	return words;
}

struct span draft_quoted(struct draft *d, struct span s)
{
	struct buf out = BUF_MAX(4 * s.n + 2);
	struct span quoted;

	if (draft_is_plain_name(s))
		return s;
	buf_byte(&out, '\'');
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\'')
			buf_str(&out, "'\\''");
		else
			buf_byte(&out, s.p[i]);
	buf_byte(&out, '\'');
	quoted = arena_span(d->arena, buf_view(&out));
	buf_free(&out);
	return quoted;
}

struct span draft_lower(struct draft *d, struct span s)
{
	char *p = arena_alloc(d->arena, s.n + 1);

	return span_lower(s, p);
}

bool draft_read(struct draft *d, struct span path, struct span *ret_bytes)
{
	/* the newest edit of the file holds the older ones */
	for (size_t i = d->plan->nactions; i-- > 0;) {
		const struct action *v = &d->plan->actions[i];

		if (v->kind == ACTION_EDIT && span_eq(v->path, path)) {
			*ret_bytes = v->new_bytes;
			return true;
		}
	}
	return d->io->host.read(d->io->host.ctx, d->arena, path, ret_bytes);
}

bool draft_exists(struct draft *d, struct span path)
{
	return d->io->host.exists(d->io->host.ctx, path);
}

bool draft_is_plain_name(struct span s)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._+-=";

	for (size_t i = 0; i < s.n; i++)
		if (!memchr(good, s.p[i], sizeof(good) - 1))
			return false;
	return s.n > 0 && s.n < 200 && s.p[0] != '-' && s.p[0] != '.';
}

bool draft_is_address(struct span s)
{
	ptrdiff_t at = span_find(s, 0, '@');

	return draft_is_plain_name(s) && at > 0 && (size_t)at + 1 < s.n && at == span_rfind(s, '@');
}

struct action *draft_edit(struct draft *d, struct span path, struct span old_bytes, struct span new_bytes,
			  char grade)
{
	struct action *v = draft_action(d, ACTION_EDIT, grade);

	v->base = SPAN("/");
	v->path = path;
	v->old_bytes = old_bytes;
	v->new_bytes = new_bytes;
	/* of a new file only: one that is edited keeps its own mode and owner (act/put.c) */
	v->mode = 0644;
	return v;
}

struct action *draft_new_file(struct draft *d, struct span path, struct span bytes, char grade)
{
	struct action *v = draft_edit(d, path, SPAN_NONE, bytes, grade);

	v->absent = true;
	return v;
}
