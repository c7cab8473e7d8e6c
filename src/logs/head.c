/* head - see head.h. TRUST: foreign bytes are copied and compared, nothing else. */
#include "logs/head.h"

/* N digits at AT may change, the first of them up to FIRST. */
static void head_digits(char *text, char *most_off, size_t at, size_t n, char first)
{
	memset(text + at, '0', n);
	memset(most_off + at, 9, n);
	most_off[at] = first;
}

#define DAY 1440u

/* The minute of the day in the "HH:MM:" that ends at S; DAY: there is none. */
static unsigned minute_before(const char *s)
{
	unsigned h = (unsigned)(s[-6] - '0'), o = (unsigned)(s[-5] - '0'), m = (unsigned)(s[-3] - '0'),
		 n = (unsigned)(s[-2] - '0');

	return h > 2 || o > 9 || h * 10 + o > 23 || m > 5 || n > 9 ? DAY : (h * 10 + o) * 60 + m * 10 + n;
}

static void put_minute(char *text, const char *from)
{
	memcpy(text - 6, from - 6, 2);
	memcpy(text - 3, from - 3, 2);
}

void head_keep(struct head *h, const struct stamp_memory *mem, struct span raw, size_t len, size_t most)
{
	char text[HEAD_MOST], most_off[HEAD_MOST];
	struct stamp st;

	h->most = 0;
	if (len < HEAD_LEAST || len > sizeof(text) || len > raw.n || !stamp_again(mem, raw, &st) ||
	    st.len >= len)
		return;
	h->seconds = mem->len;
	h->spaced = st.form == STAMP_SPACED;
	h->at = mem->at - st.zone * 60;
	h->minute = minute_before(raw.p + h->seconds);
	memcpy(text, raw.p, len);
	memset(most_off, 0, len);
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

/* The bytes that the windows show, in one piece. */
static void head_text(const struct head *h, char *text)
{
	for (uint32_t i = 0; i < h->windows; i++)
		memcpy(text + h->window[i], &h->text[i], sizeof(h->text[i]));
}

bool head_turn(struct head *h, struct stamp_memory *mem, struct span raw)
{
	const char *seconds = raw.p + h->seconds;
	struct head turned;
	char text[HEAD_MOST];
	unsigned minute, before;

	if (raw.n - h->len - 1 >= h->most)
		return false;
	minute = minute_before(seconds);
	if (minute == DAY || h->minute == DAY)
		return false;
	head_text(h, text);
	put_minute(text + h->seconds, seconds);
	turned = *h;
	for (uint32_t i = 0; i < h->windows; i++)
		turned.text[i] = bytes_pair_at(text + h->window[i]);
	if (!head_is(&turned, raw.p, raw.n))
		return false;
	turned.at += ((int64_t)minute - h->minute) * 60;
	turned.minute = minute;
	*h = turned;
	if (mem->len != h->seconds)
		return true;
	before = minute_before(mem->text + mem->len);
	mem->at += ((int64_t)minute - before) * 60;
	put_minute(mem->text + mem->len, seconds);
	return true;
}
