/* head - see head.h. TRUST: foreign bytes are copied and compared, nothing else. */
#include "logs/head.h"

/* N digits at AT may change, the first of them up to FIRST. */
static void head_digits(char *text, char *most_off, size_t at, size_t n, char first)
{
	memset(text + at, '0', n);
	memset(most_off + at, 9, n);
	most_off[at] = first;
}

/* Does "MM:" stand at S, an hour in front? */
static bool is_minute(const char *s)
{
	return s[-1] == ':' && s[2] == ':' && s[0] >= '0' && s[0] <= '5' && s[1] >= '0' && s[1] <= '9';
}

void head_keep(struct head *h, const struct stamp_memory *mem, struct span raw, size_t len, size_t most)
{
	char text[HEAD_MOST], most_off[HEAD_MOST];
	const char *minute;
	struct stamp st;

	h->most = 0;
	if (len < HEAD_LEAST || len > sizeof(text) || len > raw.n || mem->len < 4 ||
	    !stamp_again(mem, raw, &st) || st.len >= len)
		return;
	h->seconds = mem->len;
	minute = raw.p + h->seconds - 3;
	h->spaced = st.form == STAMP_SPACED;
	h->at = mem->at - st.zone * 60;
	memcpy(h->minute, minute, 2);
	memcpy(text, raw.p, len);
	memset(most_off, 0, len);
	if (is_minute(minute))
		head_digits(text, most_off, h->seconds - 3, 2, 5);
	head_digits(text, most_off, h->seconds, 2, 5);
	if (st.len > mem->len + 2)
		head_digits(text, most_off, h->seconds + 3, 6, 9);
	h->len = (uint32_t)len;
	h->most = (uint32_t)(most - len);
	h->windows = h->len <= 32 ? 2 : (h->len + 15) / 16;
	for (uint32_t i = 0; i < h->windows; i++) {
		h->window[i] = i * 16 + 16 <= h->len ? i * 16 : h->len - 16;
		h->text[i] = bytes_pair_at(text + h->window[i]);
		h->most_off[i] = (bytes_sixteen)bytes_pair_at(most_off + h->window[i]);
	}
}
