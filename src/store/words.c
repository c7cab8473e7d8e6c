/*
 * words - see words.h.
 *
 * TRUST: the state may come from a restored backup: the body is unpacked whole or not at all. Who gives his word says
 * himself who he is.
 */
#include "store/words.h"

#include "base/arena.h"
#include "base/codec.h"
#include "store/store.h"

#define BODY_MOST (1u << 20)
#define TEXT_MOST 600

static const char name[] = "words";

static void code_word(struct codec *c, struct word *v)
{
	uint32_t about = v->about;

	code_time(c, &v->at);
	code_u32(c, &about);
	code_refuse_if(c, about != WORD_PASSWORD && about != WORD_LOGINS);
	v->about = (enum word_about)about;
	code_span(c, &v->incident);
	v->kind = (enum sender_kind)code_enum(c, v->kind, SENDER_KINDS);
	code_span(c, &v->id);
	code_span(c, &v->who);
}

int store_words(struct store *s, struct arena *a, struct word **ret_list, size_t *ret_n, struct err *err)
{
	struct buf body = BUF_MAX(BODY_MOST);
	struct word *list = NULL;
	size_t n = 0;
	int rc = store_kept(s, name, &body, err);

	if (rc == 0) {
		struct unpacker u = { .left = arena_span(a, buf_view(&body)) };
		struct codec c = { .from = &u, .arena = a };

		CODE_LIST(&c, list, n, 25, code_word);
		*ret_n = unpack_done(&u) && n <= WORDS_MOST ? n : 0;
		*ret_list = list;
	}
	buf_free(&body);
	return rc;
}

int store_words_add(struct store *s, const struct word *list, size_t n, struct err *err)
{
	struct buf body = BUF_MAX(BODY_MOST);
	struct packer p = { .out = &body };
	struct codec c = { .to = &p };
	struct arena *a = arena_new();
	struct word *all, *known;
	size_t nknown, from;
	int rc = store_words(s, a, &known, &nknown, err);

	if (rc == 0) {
		all = arena_alloc(a, (nknown + n + 1) * sizeof(*all));
		if (nknown)
			memcpy(all, known, nknown * sizeof(*all));
		for (size_t i = 0; i < n; i++) {
			all[nknown + i] = list[i];
			all[nknown + i].id = span_head(list[i].id, TEXT_MOST);
			all[nknown + i].who = span_head(list[i].who, TEXT_MOST);
		}
		n += nknown;
		from = n > WORDS_MOST ? n - WORDS_MOST : 0;
		all += from;
		n -= from;
		CODE_LIST(&c, all, n, 25, code_word);
		rc = store_keep(s, name, buf_view(&body), err);
	}
	arena_free(a);
	buf_free(&body);
	return rc;
}
