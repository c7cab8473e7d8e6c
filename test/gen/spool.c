/*
 * spool - fills a mail server's spool folder with messages of our own invention, quickly: for the bench and for tests of
 * size. Usage: spamtrail-spool postfix|exim SPOOL MESSAGES [ACCOUNTS [LOGIN]]. The folder must be the server's; files get its
 * owner. With LOGIN all are that login's, have just come, and wait as the server's own do.
 *
 * Postfix: deferred, hashed by the first character; four in ten by sendmail(1), recipients behind the text. Exim: input,
 * all frozen, so that no queue run touches them. Checked against the real postqueue -j and exim -bpr (test/queue/bench.sh).
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static uint64_t state = 88172645463325252u;
static char out[1 << 20];
static size_t used;
static int folder;
static struct stat owner;
static const char *login;

static unsigned draw(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state % n);
}

static void die(const char *what)
{
	perror(what);
	exit(70);
}

static void add(const void *p, size_t n)
{
	if (used + n > sizeof(out))
		abort();
	memcpy(out + used, p, n);
	used += n;
}

static void record(char type, const char *text)
{
	size_t n = strlen(text);
	char head[3] = { type, (char)(n & 0x7f), 0 };

	if (n > 127) {
		head[1] = (char)(0x80 | (n & 0x7f));
		head[2] = (char)(n >> 7);
	}
	add(head, n > 127 ? 3 : 2);
	add(text, n);
}

static void save(const char *path, mode_t mode, time_t when)
{
	const struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
	int fd = openat(folder, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

	if (fd < 0 || write(fd, out, used) != (ssize_t)used || fchown(fd, owner.st_uid, owner.st_gid) < 0 ||
	    fchmod(fd, mode) < 0 || futimens(fd, times) < 0)
		die(path);
	close(fd);
	used = 0;
}

static void address(char to[80], unsigned i)
{
	snprintf(to, 80, login ? "user%u@defer.%s%u.test" : "user%u@%s%u.example", draw(1000000),
		 i % 3 ? "mail" : "big", draw(i % 3 ? 5000 : 5));
}

static void recipients(unsigned n)
{
	char text[80], orig[120];

	for (unsigned i = 0; i < n; i++) {
		address(text, i);
		snprintf(orig, sizeof(orig), "dsn_orig_rcpt=rfc822;%s", text);
		record('A', orig);
		record('O', text);
		record('R', text);
	}
}

static void client(unsigned account)
{
	char text[120];

	record('A', "sasl_method=PLAIN");
	snprintf(text, sizeof(text), "account%u@site%u.example", account, account);
	if (login)
		snprintf(text, sizeof(text), "%s", login);
	record('S', text);
	memmove(text + strlen("sasl_username="), text, strlen(text) + 1);
	memcpy(text, "sasl_username=", strlen("sasl_username="));
	record('A', text);
	snprintf(text, sizeof(text), "log_client_address=198.51.%u.%u", draw(256), draw(256));
	record('A', text);
	record('A', "log_helo_name=pc.example");
	record('A', "log_protocol_name=ESMTP");
}

static size_t message(unsigned account, unsigned i, bool local)
{
	size_t start = used;
	char text[160];

	if (local)
		snprintf(text, sizeof(text), "Received: by mx.lab.test (Postfix, from userid %u)",
			 2001 + account);
	else
		snprintf(text, sizeof(text), "Received: from pc.example (unknown [198.51.100.7])");
	record('N', text);
	record('N', "\tid ABCDEF01; Sat, 28 Nov 2026 08:15:43 +0000 (UTC)");
	snprintf(text, sizeof(text), "Subject: Your invoice %u is waiting", i);
	record('N', text);
	if (local)
		record('N', "X-PHP-Originating-Script: 2001:cache.php");
	snprintf(text, sizeof(text), "Message-Id: <%u.%u@mx.lab.test>", i, account);
	record('N', text);
	record('N', "");
	for (unsigned n = 4 + draw(60); n; n--)
		record('N', "Dear customer, the text of this message goes on for a while, as texts do.");
	return used - start;
}

static void postfix(unsigned i, unsigned accounts, time_t now)
{
	bool local = !login && draw(10) < 4;
	unsigned account = draw(accounts), n = 1 + draw(4);
	char text[120], path[80];
	size_t data, length;

	/* the sizes are known at the end */
	record('C', "            100             200               1               0             100         "
		    "      0");
	snprintf(text, sizeof(text), "%lld %u", (long long)now - (login ? 0 : draw(200000)), draw(1000000));
	record('T', text);
	record('A', "rewrite_context=local");
	if (local) {
		snprintf(text, sizeof(text), "user%u@mx.lab.test", account);
		record('S', text);
	} else {
		client(account);
		recipients(n);
	}
	record('M', "");
	data = used;
	length = message(account, i, local);
	record('X', "");
	if (local)
		recipients(n);
	record('E', "");
	snprintf(text, sizeof(text), "%15zu %15zu %15u %15u %15zu %15u", length, data, n, 0, length, 0);
	memcpy(out + 2, text, strlen(text));
	/* a time to come: qmgr leaves it alone until then */
	snprintf(path, sizeof(path), "deferred/%X/%05X%X", i % 16, (i % 16) << 16 | draw(1 << 16),
		 (login ? 0x2000000 : 0x1000000) + i);
	save(path, 0700, now + 86400);
}

static void exim_text(const char *id, char which, time_t now)
{
	char path[60];

	snprintf(path, sizeof(path), "input/%s-%c", id, which);
	save(path, 0640, now);
}

static void header(char flag, const char *text)
{
	char head[32];

	snprintf(head, sizeof(head), "%03zu%c ", strlen(text), flag);
	add(head, strlen(head));
	add(text, strlen(text));
}

static void line(const char *text)
{
	add(text, strlen(text));
	add("\n", 1);
}

static void exim_envelope(unsigned account, bool local, time_t at)
{
	char text[320], name[80];

	snprintf(name, sizeof(name), "account%u@site%u.example", account, account);
	if (login)
		snprintf(name, sizeof(name), "%s", login);
	if (local)
		snprintf(text, sizeof(text), "user%u %u %u\n<user%u@mx.lab.test>\n%lld 0", account,
			 2001 + account, 2001 + account, account, (long long)at);
	else
		snprintf(text, sizeof(text), "Debian-exim %u %u\n<%s>\n%lld 0", owner.st_uid, owner.st_gid,
			 name, (long long)at);
	line(text);
	line("-received_time_usec .725060");
	if (local)
		snprintf(text, sizeof(text),
			 "-ident user%u\n-received_protocol local\n-body_linecount 9\n-local", account);
	else
		snprintf(text, sizeof(text),
			 "--helo_name pc.example\n-host_address [198.51.%u.%u]:53382\n-received_protocol "
			 "esmtpa\n"
			 "--auth_id %s",
			 draw(256), draw(256), name);
	line(text);
	snprintf(text, sizeof(text), "-frozen %lld\nXX", (long long)at);
	line(login ? "XX" : text);
}

static void exim(unsigned i, unsigned accounts, time_t now)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	bool local = !login && draw(10) < 4;
	unsigned account = draw(accounts), n = 1 + draw(4), k = i;
	char id[] = "1xX000-00005S-2L", text[200];

	for (int at = 5; at > 2; at--, k /= 62)
		id[at] = digits[k % 62];
	/* beside a queue that stands there already */
	if (login)
		id[2] = 'Y';
	snprintf(text, sizeof(text), "%s-D", id);
	line(text);
	for (unsigned lines = 4 + draw(60); lines; lines--)
		line("Dear customer, the text of this message goes on for a while, as texts do.");
	exim_text(id, 'D', now);
	snprintf(text, sizeof(text), "%s-H", id);
	line(text);
	exim_envelope(account, local, login ? now : now - (time_t)draw(200000));
	snprintf(text, sizeof(text), "%u", n);
	line(text);
	for (unsigned r = 0; r < n; r++) {
		address(text, r);
		line(text);
	}
	line("");
	header('P', "Received: from x by mx.lab.test with local (Exim 4.96)\n\tid 1xXDax-00005S-2L\n");
	snprintf(text, sizeof(text), "Subject: Your invoice %u is waiting\n", i);
	header(' ', text);
	header('I', "Message-Id: <E1xXDax-00005S-2L@mx.lab.test>\n");
	exim_text(id, 'H', now);
}

static void folders(bool is_postfix)
{
	char path[40];

	for (unsigned i = 0; i < (is_postfix ? 16u : 0u); i++) {
		snprintf(path, sizeof(path), "deferred/%X", i);
		mkdirat(folder, path, 0700);
		if (fchownat(folder, path, owner.st_uid, owner.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
			die(path);
	}
}

int main(int argc, char **argv)
{
	bool is_postfix = argc > 3 && strcmp(argv[1], "postfix") == 0;
	unsigned messages = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
	unsigned accounts = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 500;
	time_t now = time(NULL);

	login = argc > 5 ? argv[5] : NULL;
	if (argc < 4 || (login && strlen(login) >= 80) || messages == 0 || messages > 200000 ||
	    accounts == 0 || accounts > 60000) {
		fputs("usage: spamtrail-spool postfix|exim SPOOL MESSAGES [ACCOUNTS [LOGIN]]\n", stderr);
		return 64;
	}
	folder = open(argv[2], O_RDONLY | O_DIRECTORY);
	if (folder < 0 || fstatat(folder, is_postfix ? "deferred" : "input", &owner, 0) < 0)
		die(argv[2]);
	folders(is_postfix);
	for (unsigned i = 0; i < messages; i++) {
		if (is_postfix)
			postfix(i, accounts, now);
		else
			exim(i, accounts, now);
	}
	return 0;
}
