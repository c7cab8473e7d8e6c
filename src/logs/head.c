/* head - see head.h. TRUST: foreign bytes are copied and compared, nothing else. */
#include "logs/head.h"

void head_keep(struct head *h, const struct stamp_memory *mem, struct span raw, size_t len)
{
	char text[HEAD_MOST], mask[HEAD_MOST];
	struct stamp st;

	h->len = UINT32_MAX;
	if (len < HEAD_LEAST || len > sizeof(text) || len > raw.n || !stamp_again(mem, raw, &st) ||
	    st.len >= len)
		return;
	h->seconds = mem->len;
	h->fine = st.len > mem->len + 2;
	h->spaced = st.form == STAMP_SPACED;
	h->at = mem->at - st.zone * 60;
	memcpy(text, raw.p, len);
	memset(mask, 0xff, len);
	memset(mask + h->seconds, 0, 2);
	if (h->fine)
		memset(mask + h->seconds + 3, 0, 6);
	h->len = (uint32_t)len;
	for (uint32_t i = 0; i < HEAD_WINDOWS; i++) {
		h->window[i] = i * 16 + 16 <= h->len ? i * 16 : h->len - 16;
		h->mask[i] = bytes_pair_at(mask + h->window[i]);
		h->text[i] = bytes_pair_at(text + h->window[i]) & h->mask[i];
	}
}
