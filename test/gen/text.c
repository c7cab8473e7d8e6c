/*
 * text - random numbers, made-up names, and stamps, appended to a line fast. Nothing here repeats anybody's
 * real log: names are syllables, addresses are hashes, outside hosts are freemail providers or *.test.
 */
#include "parts.h"

#include <stdlib.h>
#include <time.h>

uint64_t mix64(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* xoroshiro128+ (Blackman and Vigna, public domain). */
uint64_t rng_u64(struct rng *r)
{
	uint64_t a = r->a, b = r->b, sum = a + b;

	b ^= a;
	r->a = (a << 24 | a >> 40) ^ b ^ b << 16;
	r->b = b << 37 | b >> 27;
	return sum;
}

double rng_unit(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)((rng_u64(r) >> 32) * (uint64_t)n >> 32);
}

/* Exponential with mean 1, without libm: -ln(u) by halving and a series. */
double rng_exp(struct rng *r)
{
	double u = 1 - rng_unit(r), e = 0, y, y2;

	while (u < 0.70710678) {
		u *= 2;
		e += 0.69314718055994531;
	}
	y = (u - 1) / (u + 1);
	y2 = y * y;
	return e - 2 * y * (1 + y2 * (1.0 / 3 + y2 * (1.0 / 5 + y2 * (1.0 / 7 + y2 / 9))));
}

void put(struct text *t, const char *p, size_t n)
{
	if (n > sizeof t->b - t->n)
		n = sizeof t->b - t->n;
	memcpy(t->b + t->n, p, n);
	t->n += n;
}

void puts_(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

void put_u(struct text *t, uint64_t n)
{
	char d[20];
	unsigned at = sizeof d;

	do
		d[--at] = (char)('0' + n % 10);
	while (n /= 10);
	put(t, d + at, sizeof d - at);
}

/* Hashes make addresses: loopback, private and multicast ones are moved next door, they would mean something. */
static uint32_t public_ip(uint32_t ip)
{
	uint32_t first = ip >> 24;

	if (first == 0 || first == 10 || first == 127 || first == 172 || first == 192 || first == 169)
		return ip + (1u << 24);
	return first >= 224 ? ip - (100u << 24) : ip;
}

void put_ip(struct text *t, uint32_t ip)
{
	ip = public_ip(ip);
	for (int shift = 24; shift >= 0; shift -= 8) {
		put_u(t, ip >> shift & 255);
		if (shift)
			lit(t, ".");
	}
}

void put_hash(struct text *t, uint64_t h, unsigned digits)
{
	static const char set[] = "0123456789abcdefghjkmnpqrstvwxyz";
	char d[16];

	for (unsigned i = 0; i < digits && i < sizeof d; i++, h >>= 5)
		d[i] = set[h & 31];
	put(t, d, digits < sizeof d ? digits : sizeof d);
}

static const char *const syllables[] = {
	"ba",  "ko",  "ri",  "men", "lu", "tas", "vo", "den",  "ha", "sil", "mar",
	"to",  "fen", "gra", "pel", "no", "kar", "wi", "ster", "bo", "lan", "mi",
	"rus", "tel", "an",  "dor", "fi", "quo", "ze", "hol",  "um", "sa",
};

static void put_word(struct text *t, uint64_t h, unsigned parts)
{
	for (; parts--; h >>= 5)
		puts_(t, syllables[h & 31]);
}

const char *mailbox_name(uint32_t n)
{
	static const char *const names[] = {
		"info",	   "office", "kontakt", "sales", "support", "anna.weber", "j.meier", "buchhaltung",
		"service", "team",   "p.novak", "shop",	 "lena",    "admin",	  "post",    "maria.k",
	};

	return names[n % 16];
}

bool is_local(const struct world *w, struct addr a)
{
	return a.domain >= w->nexternal;
}

void put_domain(struct world *w, struct text *t, struct addr a)
{
	puts_(t, is_local(w, a) ? w->account[a.domain - w->nexternal].domain : w->external[a.domain]);
}

void put_addr(struct world *w, struct text *t, struct addr a)
{
	if (is_local(w, a)) {
		puts_(t, mailbox_name(a.local));
	} else {
		uint64_t h = mix64(a.local + UINT64_C(77) * a.domain);

		put_word(t, h, 2);
		if (h >> 60 < 9)
			lit(t, ".");
		put_word(t, h >> 10, 2);
		if (h >> 40 & 1)
			put_u(t, h >> 44 & 127);
	}
	lit(t, "@");
	put_domain(w, t, a);
}

/* Freemail first: about half of all outside addresses. */
static const char *const freemail[] = {
	"gmail.com",   "gmail.com", "gmail.com",  "gmail.com",	 "yahoo.com", "hotmail.com",
	"outlook.com", "gmx.de",    "web.de",	  "t-online.de", "aol.com",   "icloud.com",
	"gmx.net",     "live.com",  "freenet.de", "mail.ru",
};

void put_mx(struct world *w, struct text *t, struct addr a, uint32_t *ret_ip)
{
	uint64_t h = mix64(a.domain * UINT64_C(31) + 5);

	if (a.domain < 4)
		lit(t, "gmail-smtp-in.l.google.com");
	else {
		puts_(t, h & 1 ? "mx1." : "mail.");
		put_domain(w, t, a);
	}
	*ret_ip = (uint32_t)(h >> 16) % 0x50000000u + 0x50000000u;
}

void put_subject(struct world *w, struct text *t, const struct msg *m)
{
	static const char *const office[] = {
		"Re: Angebot",	    "Rechnung",	 "AW: Termin",	  "Fwd: documents",
		"Re: Re: question", "Lieferung", "meeting notes", "Re: order",
	};
	static const char *const spam[] = {
		"Your parcel is waiting", "Invoice overdue", "Account notice",
		"You have won",		  "Urgent payment",
	};
	uint64_t h = m->seed;

	switch (m->role) {
	case R_FORM:
		lit(t, "Contact form: ");
		put_word(t, h, 2);
		break;
	case R_SHOP:
		lit(t, "Your order #");
		put_u(t, 10000 + h % 90000);
		lit(t, " => confirmed");
		break;
	case R_CRON:
		lit(t, "Cron <");
		puts_(t, m->account == NOBODY ? "root" : w->account[m->account].name);
		lit(t, "@mail7> /usr/bin/php job.php");
		break;
	case R_NEWSLETTER:
		lit(t, "News of the week ");
		put_u(t, 1 + (uint64_t)(m->born / (3 * DAY)));
		break;
	case R_BULK:
		lit(t, "Member letter");
		break;
	case R_LIST:
		lit(t, "[talk] ");
		put_word(t, h >> 8, 3);
		break;
	case R_MONITOR:
		lit(t, "PROBLEM: host-");
		put_u(t, h % 40);
		lit(t, " load is CRITICAL");
		break;
	case R_BOUNCE:
		lit(t, "Mail delivery failed: returning message to sender");
		break;
	case R_VACATION:
		lit(t, "Out of office");
		break;
	case R_STOLEN:
	case R_PLUGIN:
	case R_CRONSPAM:
		puts_(t, spam[mix64(m->actor) % 5]);
		break;
	case R_SLOW:
		lit(t, "Contact form: ");
		puts_(t, spam[mix64(m->actor) % 5]);
		break;
	default:
		puts_(t, office[h & 7]);
		lit(t, " ");
		put_word(t, h >> 3, 2);
		break;
	}
}

void world_names(struct world *w)
{
	struct text t;

	for (uint32_t i = 0; i < w->naccounts; i++) {
		struct account *a = &w->account[i];
		uint64_t h = mix64(w->seed * 131 + i);

		t.n = 0;
		put_word(&t, h, 2);
		put_u(&t, i);
		memcpy(a->name, t.b, t.n);
		t.n = 0;
		put_word(&t, h, 3);
		lit(&t, "-");
		put_u(&t, i);
		lit(&t, ".example");
		memcpy(a->domain, t.b, t.n);
		a->uid = 1001 + i;
	}
	w->nexternal = 16 + (w->naccounts < 400 ? 2000 : 5000);
	w->external = calloc(w->nexternal, sizeof *w->external);
	for (uint32_t i = 0; i < w->nexternal; i++) {
		t.n = 0;
		if (i < 16) {
			puts_(&t, freemail[i]);
		} else {
			put_word(&t, mix64(i + 999), 3);
			put_u(&t, i % 97);
			lit(&t, ".test");
		}
		memcpy(w->external[i], t.b, t.n);
	}
}

/* All stamps of the second in which AT lies; the zone is that of the process's TZ, which main sets. */
void stamps_at(struct world *w, int64_t at)
{
	time_t sec = (time_t)(w->start + at / SECOND);
	struct tm tm;
	long off;

	w->now = at;
	if (sec == w->stamp_sec)
		return;
	w->stamp_sec = sec;
	localtime_r(&sec, &tm);
	off = tm.tm_gmtoff / 60;
	snprintf(w->zone_plain, sizeof w->zone_plain, "%c%02ld%02ld", off < 0 ? '-' : '+',
		 labs(off) / 60 % 100, labs(off) % 60);
	snprintf(w->zone_colon, sizeof w->zone_colon, "%.3s:%.2s", w->zone_plain, w->zone_plain + 3);
	strftime(w->stamp_exim, sizeof w->stamp_exim, "%Y-%m-%d %H:%M:%S", &tm);
	strftime(w->stamp_bsd, sizeof w->stamp_bsd, "%b %e %H:%M:%S", &tm);
	strftime(w->stamp_rfc, sizeof w->stamp_rfc, "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(w->stamp_php, sizeof w->stamp_php, "%d-%b-%Y %H:%M:%S", &tm);
	strftime(w->stamp_ctime, sizeof w->stamp_ctime, "%a %b %e %H:%M:%S %Y", &tm);
	strftime(w->stamp_web, sizeof w->stamp_web, "%d/%b/%Y:%H:%M:%S %z", &tm);
}
