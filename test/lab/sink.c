/* sink - the other side: every foreign mail server at once, and a line for each recipient it answered.
 *
 * Listens on port 25 of all addresses, speaks as much SMTP as Postfix, Exim and scripts need, and decides by the recipient's domain:
 * bounce.* is an unknown user (550 5.1.1), block.* refuses the message as spam (554 5.7.1 after DATA), defer.* asks to try
 * later (451), slow.* takes the message after 4 seconds, everything else is delivered.
 * One line a recipient, tab-separated, flushed at once: seconds.milliseconds, own address, client's address, sender, recipient, code, subject.
 *
 * TRUST: reads what the lab's own servers and scripts send. Lines longer than the buffer are cut.
 * Usage: sink FILE
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MOST 1000
#define RCPT_MOST 200
#define SLOW_MS 4000

struct client {
	int fd;
	char peer[INET_ADDRSTRLEN], own[INET_ADDRSTRLEN];
	char in[4096];
	size_t n;
	bool data, head, block, quit;
	long long answer_at; /* ms; 0: not waiting */
	char from[256], subject[256];
	char *rcpt[RCPT_MOST];
	int rcpts;
};

static FILE *out;
static struct client *clients[CLIENTS_MOST];
static struct pollfd watch[CLIENTS_MOST + 1];

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void say(struct client *c, const char *text)
{
	if (write(c->fd, text, strlen(text)) < 0)
		c->quit = true;
}

static void record(struct client *c, const char *rcpt, int code)
{
	long long t = now_ms();

	fprintf(out, "%lld.%03lld\t%s\t%s\t%s\t%s\t%d\t%s\n", t / 1000, t % 1000, c->own, c->peer,
		*c->from ? c->from : "<>", rcpt, code, c->subject);
	fflush(out);
}

static void reset(struct client *c)
{
	while (c->rcpts > 0)
		free(c->rcpt[--c->rcpts]);
	c->data = c->block = false;
	c->answer_at = 0;
	*c->from = *c->subject = 0;
}

/* What stands between < and > of LINE, as one word. */
static void address(const char *line, char *ret, size_t room)
{
	const char *at = strchr(line, '<');
	size_t n = 0;

	for (at = at ? at + 1 : ""; *at && *at != '>' && n + 1 < room; at++)
		ret[n++] = isspace((unsigned char)*at) ? '_' : *at;
	ret[n] = 0;
}

static bool goes_to(const char *rcpt, const char *label)
{
	const char *at = strrchr(rcpt, '@');

	return at && strncasecmp(at + 1, label, strlen(label)) == 0;
}

static void recipient(struct client *c, const char *line)
{
	char to[256];

	address(line, to, sizeof(to));
	if (goes_to(to, "bounce.")) {
		record(c, to, 550);
		say(c, "550 5.1.1 User unknown\r\n");
	} else if (goes_to(to, "defer.")) {
		record(c, to, 451);
		say(c, "451 4.2.1 Mailbox busy, try again later\r\n");
	} else if (c->rcpts == RCPT_MOST) {
		say(c, "452 4.5.3 Too many recipients\r\n");
	} else {
		c->rcpt[c->rcpts++] = strdup(to);
		c->block |= goes_to(to, "block.");
		say(c, "250 2.1.5 Ok\r\n");
	}
}

static void answer(struct client *c)
{
	for (int i = 0; i < c->rcpts; i++)
		record(c, c->rcpt[i], c->block ? 554 : 250);
	say(c, c->block ? "554 5.7.1 Message rejected as spam\r\n" : "250 2.0.0 Ok: queued\r\n");
	reset(c);
}

static void line_of_data(struct client *c, const char *line)
{
	if (strcmp(line, ".") == 0) {
		c->data = false;
		for (int i = 0; i < c->rcpts; i++)
			if (goes_to(c->rcpt[i], "slow."))
				c->answer_at = now_ms() + SLOW_MS;
		if (!c->answer_at)
			answer(c);
	} else if (!*line) {
		c->head = false;
	} else if (c->head && strncasecmp(line, "Subject: ", 9) == 0) {
		snprintf(c->subject, sizeof(c->subject), "%s", line + 9);
	}
}

static void command(struct client *c, const char *line)
{
	if (strncasecmp(line, "EHLO", 4) == 0) {
		say(c,
		    "250-sink.example.net\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n");
	} else if (strncasecmp(line, "MAIL", 4) == 0) {
		reset(c);
		address(line, c->from, sizeof(c->from));
		say(c, "250 2.1.0 Ok\r\n");
	} else if (strncasecmp(line, "RCPT", 4) == 0) {
		recipient(c, line);
	} else if (strncasecmp(line, "DATA", 4) == 0) {
		c->data = c->head = c->rcpts > 0;
		say(c, c->data ? "354 Go ahead\r\n" : "554 5.5.1 No valid recipients\r\n");
	} else if (strncasecmp(line, "QUIT", 4) == 0) {
		say(c, "221 2.0.0 Bye\r\n");
		c->quit = true;
	} else {
		if (strncasecmp(line, "RSET", 4) == 0)
			reset(c);
		say(c, "250 2.0.0 Ok\r\n");
	}
}

/* Takes whole lines; one without an end that fills the buffer is taken as it is. */
static void take(struct client *c)
{
	char *end, *at = c->in;

	c->in[c->n] = 0;
	while (!c->answer_at && !c->quit && (end = memchr(at, '\n', c->n - (size_t)(at - c->in)))) {
		*end = 0;
		if (end > at && end[-1] == '\r')
			end[-1] = 0;
		if (c->data)
			line_of_data(c, at);
		else
			command(c, at);
		at = end + 1;
	}
	c->n -= (size_t)(at - c->in);
	memmove(c->in, at, c->n);
	if (c->n == sizeof(c->in) - 1)
		c->n = 0;
}

static void greet(int listener)
{
	struct sockaddr_in peer, own;
	socklen_t n = sizeof(peer), m = sizeof(own);
	int fd = accept4(listener, (struct sockaddr *)&peer, &n, SOCK_CLOEXEC);
	struct client *c = fd < 0 ? NULL : calloc(1, sizeof(*c));

	if (!c || getsockname(fd, (struct sockaddr *)&own, &m) < 0)
		exit(70);
	c->fd = fd;
	inet_ntop(AF_INET, &peer.sin_addr, c->peer, sizeof(c->peer));
	inet_ntop(AF_INET, &own.sin_addr, c->own, sizeof(c->own));
	for (int i = 0; i < CLIENTS_MOST; i++)
		if (!clients[i]) {
			clients[i] = c;
			say(c, "220 sink.example.net ESMTP\r\n");
			return;
		}
	close(fd);
	free(c);
}

static void serve(struct client *c)
{
	ssize_t got = read(c->fd, c->in + c->n, sizeof(c->in) - 1 - c->n);

	if (got <= 0) {
		c->quit = true;
		return;
	}
	c->n += (size_t)got;
	take(c);
}

int main(int argc, char **argv)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(25) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	signal(SIGPIPE, SIG_IGN);
	out = argc == 2 ? fopen(argv[1], "ae") : NULL;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (!out || bind(listener, (struct sockaddr *)&any, sizeof(any)) < 0 || listen(listener, 511) < 0) {
		perror("sink");
		return 70;
	}
	if (daemon(0, 1) < 0)
		return 70;
	for (;;) {
		int timeout = -1;

		watch[CLIENTS_MOST] = (struct pollfd){ .fd = listener, .events = POLLIN };
		for (int i = 0; i < CLIENTS_MOST; i++) {
			bool waits = clients[i] && clients[i]->answer_at;

			watch[i] = (struct pollfd){ .fd = clients[i] && !waits ? clients[i]->fd : -1,
						    .events = POLLIN };
			if (waits)
				timeout = 50;
		}
		if (poll(watch, CLIENTS_MOST + 1, timeout) < 0 && errno != EINTR)
			return 70;
		for (int i = 0; i < CLIENTS_MOST; i++) {
			struct client *c = clients[i];

			if (!c)
				continue;
			if (c->answer_at && now_ms() >= c->answer_at) {
				answer(c);
				take(c);
			} else if (watch[i].revents) {
				serve(c);
			}
			if (c->quit) {
				reset(c);
				close(c->fd);
				free(c);
				clients[i] = NULL;
			}
		}
		if (watch[CLIENTS_MOST].revents)
			greet(listener);
	}
}
