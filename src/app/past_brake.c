/*
 * past_brake - see past_brake.h.
 *
 * TRUST: as there; names are checked by ask_name_fits before they stand in an address.
 */
#include "app/past_brake.h"

#include "app/dns_helper.h"
#include "base/arena.h"
#include "base/err.h"
#include "repute/ask.h"
#include "sys/spawn.h"

#include <string.h>
#include <unistd.h>

#define NFT "/usr/sbin/nft"
#define TABLE_MOST (64u << 10)
#define NFT_SECONDS 10 /* limit signs, s: for nft to tell whether the brake is on */
#define PATIENCE 3000 /* limit signs, ms: to find the mail hosts of an alarm's domain */

bool brake_is_on(void)
{
	static const char *const argv[] = { NFT, "list", "chain", "inet", "spamtrail", "out", NULL };
	struct buf said = BUF_MAX(TABLE_MOST);
	struct spawn s = { .argv = argv, .seconds = NFT_SECONDS, .output = &said };
	struct err err;
	bool on;

	if (geteuid() != 0 || access(NFT, X_OK) < 0)
		return false;
	on = spawn_run(&s, &err) == 0 && span_search(buf_view(&said), 0, SPAN("oifname != \"lo\"")) >= 0;
	buf_free(&said);
	return on;
}

struct hosts {
	struct arena *arena;
	struct span *host;
	size_t n;
};

static void take(void *ctx, const struct answer *answer, struct asks *out)
{
	struct hosts *h = ctx;

	(void)out;
	for (size_t i = 0; answer->state == ANSWER_DATA && i < answer->nrecords && h->n < MAIL_HOSTS_MOST;
	     i++) {
		struct span name = answer->record[i];

		if (name.n && name.p[name.n - 1] == '.')
			name.n--;
		/* RFC 7505: a lone dot takes no mail */
		if (name.n && ask_name_fits(name))
			h->host[h->n++] = span_str(arena_str(h->arena, name));
	}
}

size_t mail_hosts(const char *resolver, bool unconfined, struct span address, struct arena *a,
		  struct span ret[MAIL_HOSTS_MOST])
{
	struct hosts h = { .arena = a, .host = ret };
	struct dns_want want = { .resolver = resolver, .unconfined = unconfined, .ctx = &h, .take = take };
	ptrdiff_t at = span_rfind(address, '@');
	struct ask mx = { .type = ASK_MX, .millis = PATIENCE };
	struct asks first = { 0 };
	struct err err;
	bool heard;

	if (at < 0)
		return 0;
	mx.name = span_from(address, (size_t)at + 1);
	if (!asks_add(&first, a, &mx) || dns_ask(&want, a, &first, &heard, &err) < 0)
		return 0;
	/* without such a record the domain's own address is the one */
	if (heard && h.n == 0 && ask_name_fits(mx.name))
		ret[h.n++] = mx.name;
	return h.n;
}
