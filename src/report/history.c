/*
 * history - see history.h. Times are UTC.
 *
 * TRUST: senders, paths and what programs said are foreign; all goes through show.
 */
#include "report/history.h"

#include "base/show.h"
#include "model/plan.h"
#include "report/jsonw.h"
#include "report/text.h"
#include "store/words.h"

void history_json_begin(struct sink *s, const char *schema)
{
	struct jsonw w = { .out = &s->text };

	jsonw_open(&w, NULL, '{');
	jsonw_str(&w, "schema", schema);
	jsonw_open(&w, "actions", '[');
}

void history_json(struct sink *s, const struct journal_row *r)
{
	struct jsonw w = { .out = &s->text };

	/*
	 * the list's comma: only its first member follows a bracket; an empty buffer has just been written
	 * out
	 */
	w.comma = s->text.n == 0 || s->text.p[s->text.n - 1] != '[';
	jsonw_open(&w, NULL, '{');
	jsonw_u64(&w, "id", r->id);
	jsonw_str(&w, "state", act_state_name(r->state));
	jsonw_str(&w, "action", action_kind_name(r->kind));
	jsonw_grade(&w, r->grade);
	jsonw_time(&w, "planned", r->planned, NULL);
	jsonw_time(&w, "changed", r->changed, NULL);
	jsonw_time(&w, "expires", r->expires, NULL);
	jsonw_span(&w, "incident", r->incident);
	jsonw_span(&w, "sender", r->sender);
	jsonw_span(&w, "who", r->who);
	jsonw_span(&w, "what", r->what);
	jsonw_span(&w, "text", r->text);
	jsonw_close(&w, '}');
	sink_turn(s);
}

static const char *about_name(enum word_about about)
{
	return about == WORD_PASSWORD ? "password" : "logins";
}

static void json_end(struct jsonw w, struct sink *s, bool complete)
{
	jsonw_bool(&w, "complete", complete);
	jsonw_open(&w, "unseen", '[');
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	buf_byte(&s->text, '\n');
}

void history_json_end(struct sink *s, bool complete)
{
	struct jsonw w = { .out = &s->text, .comma = true };

	jsonw_close(&w, ']');
	json_end(w, s, complete);
}

void history_json_words(struct sink *s, const struct word *list, size_t n, bool complete)
{
	struct jsonw w = { .out = &s->text, .comma = true };

	jsonw_close(&w, ']');
	jsonw_open(&w, "words", '[');
	for (size_t i = 0; i < n; i++) {
		jsonw_open(&w, NULL, '{');
		jsonw_str(&w, "about", about_name(list[i].about));
		jsonw_time(&w, "at", list[i].at, NULL);
		jsonw_span(&w, "incident", list[i].incident);
		jsonw_str(&w, "sender_kind", sender_kind_name(list[i].kind));
		jsonw_span(&w, "sender_id", list[i].id);
		jsonw_span(&w, "who", list[i].who);
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, ']');
	json_end(w, s, complete);
}

static void put_field(struct buf *out, struct span s)
{
	buf_byte(out, '\t');
	if (s.n)
		show_text(out, s, false);
	else
		buf_byte(out, '-');
}

static void put_time(struct buf *out, int64_t at)
{
	buf_byte(out, '\t');
	if (at)
		text_rfc3339(out, at, NULL);
	else
		buf_byte(out, '-');
}

void history_plain(struct sink *s, const struct journal_row *r)
{
	struct buf *out = &s->text;

	buf_str(out, "action\t");
	text_u64(out, r->id);
	put_field(out, span_str(act_state_name(r->state)));
	put_field(out, span_str(action_kind_name(r->kind)));
	put_field(out, span_of(&r->grade, r->grade ? 1 : 0));
	put_time(out, r->planned);
	put_time(out, r->changed);
	put_time(out, r->expires);
	put_field(out, r->incident);
	put_field(out, r->sender);
	put_field(out, r->who);
	put_field(out, r->what);
	put_field(out, r->text);
	buf_byte(out, '\n');
	sink_turn(s);
}

/* A row that is under way when nobody is at it: recovery could not tell how far it got. */
static const char *state_word(enum act_state state)
{
	return state == ACT_STATE_DOING || state == ACT_STATE_UNDOING ? "not known" : act_state_name(state);
}

void history_text(struct sink *s, const struct journal_row *r, const struct screen *screen)
{
	struct buf *out = &s->text;
	struct span why = r->incident.n ? r->incident : r->sender;

	buf_addf(out, "%6llu  %-8s ", (unsigned long long)r->id, state_word(r->state));
	text_rfc3339(out, r->changed, NULL);
	buf_str(out, "  ");
	show_text(out, why, screen->ascii);
	buf_str(out, "  ");
	show_text(out, r->what, screen->ascii);
	if (r->expires && r->state == ACT_STATE_DONE) {
		buf_str(out, "  until ");
		text_rfc3339(out, r->expires, NULL);
	}
	buf_str(out, "  by ");
	show_text(out, r->who, screen->ascii);
	buf_byte(out, '\n');
	if (r->text.n) {
		buf_str(out, "        ");
		show_text(out, r->text, screen->ascii);
		buf_byte(out, '\n');
	}
	sink_turn(s);
}

void history_plain_word(struct sink *s, const struct word *word)
{
	struct buf *out = &s->text;

	buf_str(out, "word");
	put_field(out, span_str(about_name(word->about)));
	put_time(out, word->at);
	put_field(out, word->incident);
	put_field(out, span_str(sender_kind_name(word->kind)));
	put_field(out, word->id);
	put_field(out, word->who);
	buf_byte(out, '\n');
	sink_turn(s);
}

/* In the columns of an action, but nothing was done here that could be taken back: no number. */
void history_text_word(struct sink *s, const struct word *word, const struct screen *screen)
{
	struct buf *out = &s->text;

	buf_str(out, "     -  said     ");
	text_rfc3339(out, word->at, NULL);
	buf_str(out, "  ");
	show_text(out, word->incident, screen->ascii);
	buf_str(out, word->about == WORD_PASSWORD ? "  the password of " : "  open logins of ");
	show_text(out, word->id, screen->ascii);
	buf_str(out, word->about == WORD_PASSWORD ? " was changed  by " : " were ended  by ");
	show_text(out, word->who, screen->ascii);
	buf_byte(out, '\n');
	sink_turn(s);
}

void history_text_none(struct sink *s, bool purge)
{
	buf_str(&s->text, purge ? "nothing is old enough to be ended\n" : "nothing was done here yet\n");
}
