/* web - see web.h. */
#include "trace/web.h"

#include "base/err.h"
#include "base/hash.h"
#include "trace/internal.h"

#include <stdlib.h>

static bool target_same(const void *owner, uint32_t index, const void *key)
{
	const struct web_memory *w = owner;

	return w->target[index].key == *(const uint64_t *)key;
}

void web_init(struct web_memory *w, const struct trace_options *o)
{
	table_init(&w->target_table, 8);
	w->nasked = accounts_count(o->accounts);
	w->asked = xcalloc(w->nasked + 1, sizeof(*w->asked));
}

void web_free(struct web_memory *w)
{
	free(w->target);
	free(w->access);
	free(w->asked);
	table_free(&w->target_table);
}

/* How often another request may be shown: each is kept, and strangers choose who leads the vote. */
#define SHOWN_CHANGES_MOST 8

/* The evidence names the address that posts most, so the line shown must be one of its own. */
static void show_request(struct trace *t, struct web_target *x, const struct step *s)
{
	if (x->shown_changes == SHOWN_CHANGES_MOST)
		return;
	x->shown_changes++;
	x->shown_at = s->time;
	x->shown_file = s->at->file;
	x->shown_line = s->at->line;
	x->shown_offset = s->at->offset;
	x->shown_text = names_put_aside(&t->names, span_head(event_line(s->ev, s->base), 600));
}

static uint32_t target_find(struct trace *t, uint32_t account, struct span site, struct span path,
			    const struct step *s)
{
	struct web_memory *w = &t->web;
	uint64_t key = hash_span(path, hash_span(site, t->names.seed + account));
	uint32_t index = table_find(&w->target_table, key, target_same, w, &key);

	if (index != TABLE_NONE)
		return index;
	if (w->ntarget == TARGETS_MOST) {
		w->lost++;
		return TABLE_NONE;
	}
	if (w->ntarget == w->target_room) {
		w->target_room = w->target_room ? w->target_room * 2 : 64;
		w->target = xrealloc(w->target, w->target_room * sizeof(*w->target));
	}
	index = w->ntarget++;
	w->target[index] = (struct web_target){
		.key = key,
		.account = account,
		.site = names_put_aside(&t->names, site),
		.path = names_put_aside(&t->names, path),
		.first = s->time,
	};
	show_request(t, &w->target[index], s);
	table_put(&w->target_table, key, index);
	return index;
}

/* Boyer and Moore's majority vote: right wherever one value has more than half. */
static void vote(uint32_t *who, uint32_t *lead, uint32_t candidate)
{
	if (*lead == 0)
		*who = candidate;
	*lead += *who == candidate ? 1 : (uint32_t)-1;
}

static void count_client(struct trace *t, struct web_target *x, uint32_t client, const struct step *s)
{
	uint32_t led = x->client;

	vote(&x->client, &x->client_posts, client);
	if (x->client == client)
		x->client_seen = x->client == led ? x->client_seen + 1 : 1;
	if (led && x->client != led)
		show_request(t, x, s);
}

bool web_most_posts(const struct web_target *x)
{
	return x->client && 2 * x->client_seen > x->posts && x->shown_changes < SHOWN_CHANGES_MOST;
}

static void pair(struct trace *t, struct web_post *post, uint32_t sender)
{
	struct web_target *target = &t->web.target[post->target];

	post->paired = true;
	target->paired++;
	vote(&target->sender, &target->sender_pairs, sender);
	later_request(t, sender_at(&t->senders, sender), post->at, post->net);
}

/*
 * Apache's stamp is when a request came, nginx's when it was done, and a script may mail for minutes in between: a site that
 * was asked for anything in the ten minutes before counts as asked.
 */
#define ASKED_UNIT 16 /* seconds: 64 of them are remembered */
#define ASKED_BEFORE 600
#define ASKED_AFTER 2

static void ask(struct web_memory *w, uint32_t account, int64_t at)
{
	struct web_asked *a = &w->asked[account];
	int64_t ahead = at / ASKED_UNIT - a->newest;

	if (ahead > 0) {
		a->units = ahead < 64 ? a->units << ahead : 0;
		a->newest = (uint32_t)(at / ASKED_UNIT);
		ahead = 0;
	}
	if (ahead > -64)
		a->units |= UINT64_C(1) << -ahead;
}

bool web_asked(const struct web_memory *w, uint32_t account, int64_t at)
{
	if (account >= w->nasked || !w->asked[account].newest)
		return false;
	for (int64_t unit = (at - ASKED_BEFORE) / ASKED_UNIT; unit <= (at + ASKED_AFTER) / ASKED_UNIT;
	     unit++) {
		int64_t back = w->asked[account].newest - unit;

		if (back >= 0 && back < 64 && w->asked[account].units >> back & 1)
			return true;
	}
	return false;
}

void web_request(struct trace *t, const struct step *s)
{
	struct web_memory *w = &t->web;
	struct span site = step_get(s, F_VHOST);
	struct span url = step_get(s, F_URL);
	struct span ip = step_get(s, F_CLIENT_IP);
	ptrdiff_t query = span_find(url, 0, '?');
	struct web_post *post;
	uint8_t address[16];
	uint32_t target;
	uint32_t account;

	if (url.n == 0 || url.n > 2000 || !site_of_line(t, site, s->at->file, &site, &account))
		return;
	/* who is on this host can ask any site of it */
	if (account < w->nasked && !(net_parse(ip, address) && net_is_loopback(address)))
		ask(w, account, s->time);
	if (!span_eq(step_get(s, F_METHOD), SPAN("POST")))
		return;
	target = target_find(t, account, site, query > 0 ? span_head(url, (size_t)query) : url, s);
	if (target == TABLE_NONE)
		return;
	w->target[target].posts++;
	w->target[target].last = s->time;
	if (ip.n)
		count_client(t, &w->target[target], names_put_aside(&t->names, ip), s);
	post = &w->post[w->next_post++ % WEB_RING];
	*post = (struct web_post){ .at = s->time, .account = account, .target = target };
	if (ip.n && net_parse(ip, address))
		post->net = net_block(address);
	for (uint32_t i = 1; i <= WEB_RING && i <= w->next_mail; i++) {
		const struct web_mail *mail = &w->mail[(w->next_mail - i) % WEB_RING];

		if (mail->at < s->time - WEB_NEAR)
			break;
		if (mail->account == account && account != ACCOUNT_NONE) {
			pair(t, post, mail->sender);
			break;
		}
	}
}

void web_mailed(struct trace *t, uint32_t account, uint32_t sender, int64_t at)
{
	struct web_memory *w = &t->web;

	if (account == ACCOUNT_NONE)
		return;
	/* decided late, it has met all requests of its time; in order, so that a look back may end early */
	if (at >= t->time - WEB_NEAR)
		w->mail[w->next_mail++ % WEB_RING] =
			(struct web_mail){ .at = at, .account = account, .sender = sender };
	for (uint32_t i = 1; i <= WEB_RING && i <= w->next_post; i++) {
		struct web_post *post = &w->post[(w->next_post - i) % WEB_RING];

		if (post->at < at - WEB_NEAR)
			break;
		if (!post->paired && post->account == account && post->at <= at + WEB_NEAR)
			pair(t, post, sender);
	}
}

static uint32_t account_of_user(const struct trace *t, struct span user)
{
	ptrdiff_t at = span_rfind(user, '@');

	return at < 0 ? accounts_by_name(t->o.accounts, user)
		      : accounts_by_domain(t->o.accounts, span_from(user, (size_t)at + 1), true);
}

/* Pure-FTPd writes "//" where the home ends; OUT holds the path without, which is as long or shorter. */
static struct span without_double_slashes(struct span path, char *out, size_t room)
{
	size_t n = 0;

	if (path.n > room)
		return path;
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] != '/' || n == 0 || out[n - 1] != '/')
			out[n++] = path.p[i];
	return span_of(out, n);
}

void web_login(struct trace *t, const struct step *s)
{
	struct web_memory *w = &t->web;
	struct span user = step_get(s, F_USER);
	struct span ip = step_get(s, F_CLIENT_IP);
	char plain[4096];
	struct span path = without_double_slashes(step_get(s, F_SCRIPT), plain, sizeof(plain));
	uint8_t address[16];
	uint32_t net = ip.n && net_parse(ip, address) ? net_block(address) : 0;
	uint32_t account = account_of_user(t, user);
	uint32_t row;
	uint32_t index;

	if (user.n == 0 || (net && net_is_loopback(address)))
		return;
	row = sender_find(&t->senders, KIND_AUTH, names_put_lower(&t->names, user),
			  account == ACCOUNT_NONE
				  ? 0
				  : names_put(&t->names, accounts_get(t->o.accounts, account)->name));
	if (net && s->ev->kind == EV_LOGIN_OK)
		later_login(t, sender_at(&t->senders, row), s->time, net);
	/* Logins are many, and only the first from an address can be how he got in; uploads all count. */
	if (s->ev->kind == EV_LOGIN_OK && !sender_tally(&t->senders, &t->names, row, TALLY_LOGIN, ip, 'B'))
		return;
	if (w->naccess < ACCESSES_MOST) {
		if (w->naccess == w->access_room) {
			w->access_room = w->access_room ? w->access_room * 2 : 64;
			w->access = xrealloc(w->access, w->access_room * sizeof(*w->access));
		}
		index = w->naccess++;
	} else {
		index = w->access_next++ % ACCESSES_MOST;
		w->lost++;
	}
	w->access[index] = (struct web_access){
		.at = s->time,
		.account = account,
		.user = names_put_aside(&t->names, user),
		.ip = names_put_aside(&t->names, ip),
		.net = net,
		.path = names_put_aside(&t->names, path),
		.file = s->at->file,
		.line = s->at->line,
		.offset = s->at->offset,
		.kind = s->ev->kind,
		.dialect = s->ev->dialect,
		.text = names_get(&t->names,
				  names_put_aside(&t->names, span_head(event_line(s->ev, s->base), 600))),
	};
}
