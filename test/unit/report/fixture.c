/* fixture - see fixture.h. The clock stands at 2026-11-23 02:07:00 UTC, 03:07 in Berlin. */
#include "fixture.h"

#include "model/event.h"

#define NOW INT64_C(1795399620)
#define MINUTES(n) ((n)*60)

#define COPY(a, ret_n, ...) \
	copy_list((a), (const void *)(__VA_ARGS__), sizeof(__VA_ARGS__), sizeof((__VA_ARGS__)[0]), (ret_n))

static void *copy_list(struct arena *a, const void *list, size_t bytes, size_t one, size_t *ret_n)
{
	void *p = arena_alloc(a, bytes);

	memcpy(p, list, bytes);
	*ret_n = bytes / one;
	return p;
}

static void add_history(struct row *r, struct arena *a, size_t from, uint64_t base, uint64_t step)
{
	r->nhistory = INQUIRY_SPARK - from;
	r->history = arena_alloc(a, r->nhistory * sizeof(*r->history));
	for (size_t i = 0; i < r->nhistory; i++)
		r->history[i] = (struct column){ (uint32_t)(from + i), (uint32_t)(base + step * i) };
}

static void fill_script(struct row *r, struct arena *a)
{
	*r = (struct row){
		.kind = KIND_SCRIPT,
		.id = SPAN("/home/acme/public_html/wp-content/uploads/2026/11"),
		.account = SPAN("acme"),
		.uid_text = SPAN("uid 1043"),
		.verdict = VERDICT_COMPROMISED,
		.score = 41.25,
		.confidence = 0.9987,
		.since = NOW - MINUTES(75),
		.first = NOW - MINUTES(75),
		.last = NOW - 2,
		.grade = 'A',
		.sending = true,
		.counts = { 15912, 41200, 12005, 8204, 2911, 51234567 },
		.clients_total = 4,
	};
	add_history(r, a, 47, 220, 190);
	r->places =
		COPY(a, &r->nplaces,
		     (struct place[]){ { SPAN("/home/acme/public_html/wp-content/uploads/2026/11/cache.php"),
					 15912, 'C' } });
	r->clients = COPY(a, &r->nclients,
			  (struct client[]){ { SPAN("203.0.113.40"), 12001 },
					     { SPAN("198.51.100.7"), 3100 },
					     { SPAN("2001:db8::17"), 800 },
					     { SPAN("192.0.2.99"), 11 } });
	r->reasons = COPY(
		a, &r->nreasons,
		(struct reason[]){ { SPAN("unknown_recipients"), 0.37, 0.01, 14.2,
				     SPAN("37% of recipients do not exist, usual 1%") },
				   { SPAN("new_place"), 1, 0, 9.5,
				     SPAN("an uploads folder that never sent mail before") },
				   { SPAN("burst"), 212, 3, 12.3, SPAN("212 messages a minute, usual 3") },
				   { SPAN("new_recipients"), 0.97, 0.2, 6.0,
				     SPAN("97% of recipients never written to before") },
				   { SPAN("hours"), 1, 1, -0.75, SPAN("his usual hours") } });
	r->evidence =
		COPY(a, &r->nevidence,
		     (struct evidence[]){
			     { 'A', SPAN("/var/log/exim_mainlog"), 120411, 16893412,
			       SPAN("2026-11-23 01:52:04 1tEx1a-0001Zb-2c <= acme@mail7.example.net U=acme "
				    "P=local S=3211"),
			       SPAN("Exim names unix user acme on 15,912 arrivals") },
			     { 'B', SPAN("/var/log/exim_mainlog"), 120410, 16893290,
			       SPAN("2026-11-23 01:52:04 "
				    "cwd=/home/acme/public_html/wp-content/uploads/2026/11 3 args: "
				    "/usr/sbin/sendmail -t -i"),
			       SPAN("15,912 commands were started in this directory (cwd=)") },
			     { 'B', SPAN("/var/log/exim_mainlog"), 120419, 16894001,
			       SPAN("2026-11-23 01:52:05 "
				    "cwd=/home/acme/public_html/wp-content/uploads/2026/11 3 args: "
				    "/usr/sbin/sendmail -t -i"),
			       SPAN("15,912 commands were started in this directory (cwd=)") },
			     { 'B', SPAN("/home/acme/access-logs/shop.example"), 8123, 1734012,
			       SPAN("203.0.113.40 - - [23/Nov/2026:01:52:03 +0100] \"POST "
				    "/wp-content/uploads/2026/11/cache.php "
				    "HTTP/1.1\" 200 17"),
			       SPAN("318 POSTs to cache.php, 97% within 2 s of a message, 4% by chance") },
			     { 'B', SPAN("/home/acme/access-logs/shop.example"), 8101, 1730001,
			       SPAN("203.0.113.40 - - [23/Nov/2026:01:49:02 +0100] \"POST "
				    "/wp-admin/admin-ajax.php HTTP/1.1\" 200 4"),
			       SPAN("cache.php was uploaded through admin-ajax.php") } });
	r->subjects = COPY(a, &r->nsubjects, (struct span[]){ SPAN("Your parcel is waiting: pay 1.99") });
}

static void fill_mailbox(struct row *r, struct arena *a)
{
	*r = (struct row){
		.kind = KIND_AUTH,
		.id = SPAN("info@shop.example"),
		.account = SPAN("shop"),
		.verdict = VERDICT_COMPROMISED,
		.score = 15.5,
		.confidence = 0.71,
		.since = NOW - MINUTES(60),
		.first = NOW - MINUTES(350),
		.last = NOW - 31,
		.grade = 'A',
		.sending = true,
		.counts = { 663, 663, 540, 20, 103, 903211 },
		.clients_total = 41,
	};
	add_history(r, a, 50, 50, 3);
	r->clients = COPY(a, &r->nclients, (struct client[]){ { SPAN("198.51.100.23"), 40 } });
	r->reasons = COPY(a, &r->nreasons,
			  (struct reason[]){ { SPAN("networks"), 41, 2, 15.5,
					       SPAN("logins from 41 networks in an hour, usual 2") } });
	r->evidence = COPY(a, &r->nevidence,
			   (struct evidence[]){ { 'A', SPAN("/var/log/exim_mainlog"), 121000, 17000000,
						  SPAN("2026-11-23 02:10:00 1tEx2b-0001Zb-3d <= "
						       "info@shop.example H=(x) [198.51.100.23] P=esmtpsa "
						       "A=dovecot_login:info@shop.example S=900"),
						  SPAN("Exim accepted 663 messages with this login") },
						{ 'A', SPAN("/var/log/maillog"), 99, 7001,
						  SPAN("Nov 23 02:10:00 mail7 dovecot: auth: login"),
						  SPAN("Dovecot accepted the same logins") } });
}

static void fill_others(struct row *r, struct arena *a)
{
	r[0] = (struct row){ .kind = KIND_AUTH,
			     .id = SPAN("orders@firm.example"),
			     .account = SPAN("firm"),
			     .verdict = VERDICT_SUSPECT,
			     .score = 7.5,
			     .confidence = 0.41,
			     .grade = 'B',
			     .first = NOW - MINUTES(300),
			     .last = NOW - MINUTES(10),
			     .counts = { 300, 300, 290, 0, 10, 300000 },
			     .clients_total = 1 };
	r[1] = (struct row){ .kind = KIND_AUTH,
			     .id = SPAN("newsletter@club.example"),
			     .account = SPAN("club"),
			     .verdict = VERDICT_BULK,
			     .grade = 'A',
			     .aside = SPAN("every Monday, 98% known recipients"),
			     .counts = { 2100, 2100, 2090, 4, 6, 84000000 },
			     .clients_total = 1 };
	r[2] = (struct row){ .kind = KIND_RELAY,
			     .id = SPAN("192.0.2.25"),
			     .verdict = VERDICT_NORMAL,
			     .trusted = true,
			     .grade = 'B',
			     .counts = { 880, 900, 899, 0, 1, 9000000 } };
	r[3] = (struct row){ .kind = KIND_INBOUND,
			     .id = SPAN("inbound"),
			     .counts = { 20411, 21000, 20900, 0, 0, 1 } };
	r[4] = (struct row){ .kind = KIND_UNKNOWN,
			     .id = SPAN("unknown"),
			     .counts = { 0, 3120, 3000, 0, 0, 0 } };
	add_history(&r[0], a, 30, 10, 0);
	add_history(&r[1], a, 5, 35, 0);
	add_history(&r[2], a, 0, 15, 0);
}

static void fill_stats(struct stats *st, struct arena *a)
{
	for (unsigned h = 0; h < 24; h++)
		st->by_hour[h] = (struct counts){ 100 + h, 110 + h, 90, 5, 3, 12345 * (uint64_t)h };
	st->senders = COPY(
		a, &st->nsenders,
		(struct stat_row[]){
			{ SPAN("acme@mail7.example.net"), { 15912, 41200, 12005, 8204, 2911, 51234567 } },
			{ SPAN("newsletter@club.example"), { 2100, 2100, 2090, 4, 6, 84000000 } } });
	st->hosts = COPY(a, &st->nhosts,
			 (struct stat_row[]){ { SPAN("198.51.100.23"), { 40, 40, 0, 0, 0, 40000 } } });
	st->domains = COPY(a, &st->ndomains,
			   (struct stat_row[]){ { SPAN("gmail.com"), { 0, 0, 7000, 1500, 500, 0 } } });
	st->errors =
		COPY(a, &st->nerrors,
		     (struct stat_row[]){ { SPAN("550 5.1.1 <*>: Recipient address rejected: User unknown"),
					    { .deferred = 11, .bounced = 2400 } } });
	st->rejects = COPY(a, &st->nrejects,
			   (struct stat_row[]){ { SPAN("relay not permitted"), { .messages = 31 } } });
	st->rejected = 31;
	st->connections = 24001;
	st->auth_failures = 901;
}

static void fill_incident(struct incident *in, struct arena *a)
{
	*in = (struct incident){ .id = "1123a", .sending = true, .since = NOW - MINUTES(75) };
	in->rows = COPY(a, &in->nrows, (uint32_t[]){ 0, 1 });
	in->entry = COPY(a, &in->nentry,
			 (struct moment[]){ { NOW - MINUTES(78), SPAN("upload"),
					      SPAN("cache.php was uploaded through admin-ajax.php"), 'B', 0,
					      NULL, 0 } });
	in->entry[0].evidence = COPY(a, &in->entry[0].nevidence, (uint32_t[]){ 4 });
	in->timeline =
		COPY(a, &in->ntimeline,
		     (struct moment[]){ { NOW - MINUTES(78), SPAN("upload"), SPAN("cache.php was uploaded"),
					  'B', 0, NULL, 0 },
					{ NOW - MINUTES(75), SPAN("mail"),
					  SPAN("first message, 50 recipients"), 'A', 0, NULL, 0 },
					{ NOW - MINUTES(60), SPAN("login"),
					  SPAN("first login from 198.51.100.0/24"), 'A', 1, NULL, 0 } });
	in->timeline[1].evidence = COPY(a, &in->timeline[1].nevidence, (uint32_t[]){ 0, 1 });
	in->timeline[2].evidence = COPY(a, &in->timeline[2].nevidence, (uint32_t[]){ 0 });
}

static struct inquiry *begin(struct arena *a)
{
	struct inquiry *q = arena_alloc(a, sizeof(*q));

	*q = (struct inquiry){ .host = SPAN("mail7.example.net"),
			       .mta = SPAN("Exim 4.98"),
			       .panel = SPAN("cPanel"),
			       .from = NOW - MINUTES(360),
			       .to = NOW,
			       .now = NOW,
			       .complete = true,
			       .live = true,
			       .input_bytes = UINT64_C(4100000000),
			       .microseconds = 8700000 };
	q->inputs = COPY(
		a, &q->ninputs,
		(struct input_file[]){
			{ SPAN("/var/log/exim_mainlog"), 1u << DIALECT_EXIM, UINT64_C(4099000000), 31000000,
			  12 },
			{ SPAN("/home/acme/access-logs/shop.example"), 1u << DIALECT_WEB, 1000000, 9000, 0 },
			{ SPAN("/var/log/maillog"), 1u << DIALECT_DOVECOT | 1u << DIALECT_SSH, 0, 0, 0 } });
	q->advice = COPY(
		a, &q->nadvice,
		(struct advice[]){ { SPAN("exim.log_selector"), false,
				     SPAN("subjects are not logged: they would name the spam"),
				     SPAN("log_selector = +arguments +subject +received_recipients"),
				     SPAN("/etc/exim.conf") },
				   { SPAN("php.mail.log"), true, SPAN("PHP names the script of each mail()"),
				     SPAN(""), SPAN("") } });
	return q;
}

static void sum_totals(struct inquiry *q)
{
	for (size_t i = 0; i < q->nrows; i++)
		counts_add(&q->totals, &q->rows[i].counts);
}

struct inquiry *fixture_incident(struct arena *a)
{
	struct inquiry *q = begin(a);

	q->complete = false;
	q->unseen = COPY(a, &q->nunseen, (struct span[]){ SPAN("maillog-20261122.gz: damaged at 61 %") });
	q->nrows = 7;
	q->rows = arena_alloc(a, q->nrows * sizeof(*q->rows));
	fill_script(&q->rows[0], a);
	fill_mailbox(&q->rows[1], a);
	fill_others(&q->rows[2], a);
	q->nincidents = 1;
	q->incidents = arena_alloc(a, sizeof(*q->incidents));
	fill_incident(&q->incidents[0], a);
	fill_stats(&q->stats, a);
	sum_totals(q);
	return q;
}

struct inquiry *fixture_quiet(struct arena *a)
{
	struct inquiry *q = begin(a);

	q->zone = COPY(a, &q->nzone, (struct zone_step[]){ { NOW - MINUTES(360), 0 } });
	q->nrows = 5;
	q->rows = arena_alloc(a, q->nrows * sizeof(*q->rows));
	fill_others(&q->rows[0], a);
	q->rows[0].verdict = VERDICT_NORMAL;
	fill_stats(&q->stats, a);
	sum_totals(q);
	return q;
}

static void soil_row(struct row *r, struct span f)
{
	r->id = r->account = r->aside = r->uid_text = f;
	for (size_t i = 0; i < r->nplaces; i++)
		r->places[i].path = f;
	for (size_t i = 0; i < r->nclients; i++)
		r->clients[i].ip = f;
	for (size_t i = 0; i < r->nreasons; i++)
		r->reasons[i].signal = r->reasons[i].text = f;
	for (size_t i = 0; i < r->nevidence; i++)
		r->evidence[i].file = r->evidence[i].text = r->evidence[i].claim = f;
	for (size_t i = 0; i < r->nsubjects; i++)
		r->subjects[i] = f;
}

static void soil_moments(struct moment *m, size_t n, struct span f)
{
	for (size_t i = 0; i < n; i++)
		m[i].kind = m[i].text = f;
}

static void soil_table(struct stat_row *r, size_t n, struct span f)
{
	for (size_t i = 0; i < n; i++)
		r[i].key = f;
}

struct inquiry *fixture_hostile(struct arena *a, struct span f)
{
	struct inquiry *q = fixture_incident(a);

	q->host = q->mta = q->panel = f;
	q->unseen[0] = f;
	q->notes = COPY(a, &q->nnotes, (struct span[]){ SPAN("") });
	q->notes[0] = f;
	for (size_t i = 0; i < q->ninputs; i++)
		q->inputs[i].path = f;
	for (size_t i = 0; i < q->nrows; i++)
		soil_row(&q->rows[i], f);
	soil_moments(q->incidents[0].entry, q->incidents[0].nentry, f);
	soil_moments(q->incidents[0].timeline, q->incidents[0].ntimeline, f);
	for (size_t i = 0; i < q->nadvice; i++)
		q->advice[i].id = q->advice[i].text = q->advice[i].line = q->advice[i].file = f;
	soil_table(q->stats.senders, q->stats.nsenders, f);
	soil_table(q->stats.hosts, q->stats.nhosts, f);
	soil_table(q->stats.domains, q->stats.ndomains, f);
	soil_table(q->stats.errors, q->stats.nerrors, f);
	soil_table(q->stats.rejects, q->stats.nrejects, f);
	return q;
}
