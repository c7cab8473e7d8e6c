/* freemail - see freemail.h. The names are the mail providers' own, by number of users. */
#include "trace/freemail.h"

#include "base/err.h"
#include "base/hash.h"

static const char *const domains[] = {
	"gmail.com",	"googlemail.com", "yahoo.com",	    "yahoo.co.uk",     "yahoo.fr",
	"yahoo.de",	"yahoo.it",	  "yahoo.es",	    "yahoo.co.jp",     "yahoo.co.in",
	"yahoo.com.br", "ymail.com",	  "rocketmail.com", "hotmail.com",     "hotmail.co.uk",
	"hotmail.fr",	"hotmail.de",	  "hotmail.it",	    "hotmail.es",      "outlook.com",
	"outlook.de",	"outlook.fr",	  "live.com",	    "live.co.uk",      "live.fr",
	"live.nl",	"msn.com",	  "aol.com",	    "icloud.com",      "me.com",
	"mac.com",	"gmx.de",	  "gmx.net",	    "gmx.com",	       "gmx.at",
	"gmx.ch",	"web.de",	  "t-online.de",    "freenet.de",      "mail.ru",
	"inbox.ru",	"list.ru",	  "bk.ru",	    "yandex.ru",       "yandex.com",
	"rambler.ru",	"ukr.net",	  "i.ua",	    "qq.com",	       "163.com",
	"126.com",	"sina.com",	  "naver.com",	    "daum.net",	       "hanmail.net",
	"orange.fr",	"free.fr",	  "laposte.net",    "wanadoo.fr",      "sfr.fr",
	"libero.it",	"virgilio.it",	  "tiscali.it",	    "alice.it",	       "wp.pl",
	"o2.pl",	"onet.pl",	  "interia.pl",	    "seznam.cz",       "centrum.cz",
	"azet.sk",	"abv.bg",	  "mail.bg",	    "freemail.hu",     "citromail.hu",
	"comcast.net",	"verizon.net",	  "att.net",	    "sbcglobal.net",   "bellsouth.net",
	"cox.net",	"btinternet.com", "sky.com",	    "virginmedia.com", "talktalk.net",
	"proton.me",	"protonmail.com", "zoho.com",	    "fastmail.com",    "rediffmail.com",
	"uol.com.br",	"bol.com.br",	  "terra.com.br",   "ziggo.nl",	       "telenet.be",
	"bluewin.ch",	"bigpond.com",
};

/* Who is in its place goes to his other one, and so on: with two slots of five taken there soon is room. */
static void put(struct freemail *f, uint64_t hash)
{
	unsigned at = freemail_first(hash);

	for (unsigned i = 0; hash; i++) {
		uint64_t before = f->slot[at];

		if (i == FREEMAIL_SLOTS)
			bug("no place for a domain's hash");
		f->slot[at] = hash;
		hash = before;
		at = at == freemail_first(hash) ? freemail_second(hash) : freemail_first(hash);
	}
}

void freemail_init(struct freemail *f)
{
	*f = (struct freemail){ 0 };
	for (unsigned i = 0; i < sizeof(domains) / sizeof(*domains); i++)
		put(f, hash_span(span_str(domains[i]), 0));
}
