/*
 * prepare - see prepare.h. Order: what only root can do, then the uid, then what meets foreign bytes (name servers).
 *
 * TRUST: name servers' answers, which libc parses as nobody; the file of authorities is the operator's.
 */
#include "post/prepare.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOBODY 65534
#define CA_MOST (4u << 20)
#define ADDRESSES_MOST 8
#define PIECE 65536

static bool refuse(struct post_done *done, const char *why)
{
	*done = (struct post_done){ .text = span_str(why) };
	return false;
}

static bool read_ca(struct span path, struct arena *a, struct span *ret)
{
	struct buf bytes = BUF_MAX(CA_MOST);
	char *piece = xmalloc(PIECE);
	int fd = open(arena_str(a, path), O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	while (fd >= 0 && (n = read(fd, piece, PIECE)) > 0)
		buf_add(&bytes, piece, (size_t)n);
	if (fd >= 0)
		close(fd);
	*ret = arena_span(a, buf_view(&bytes));
	free(piece);
	buf_free(&bytes);
	return ret->n > 0;
}

/* Without the right to, an unmarked one will do: only our own brake asks for the mark. */
static int marked_socket(int family)
{
	const unsigned mark = POST_MARK;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
	return fd;
}

static bool leave_root(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	if (geteuid() != 0)
		return true;
	return setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	       setresuid(NOBODY, NOBODY, NOBODY) == 0 && setuid(0) != 0;
}

/* As libcurl wants it for its own cache: then it asks nobody. */
static bool resolve(struct prepared *p, const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all;
	struct buf text = BUF_MAX(4096);
	char bare[256] = "", address[INET6_ADDRSTRLEN];
	size_t n = strlen(host);
	unsigned found = 0;

	/* [2001:db8::1] */
	if (n < sizeof(bare))
		snprintf(bare, sizeof(bare), "%.*s", (int)(host[0] == '[' ? n - 2 : n),
			 host[0] == '[' ? host + 1 : host);
	if (!*bare || getaddrinfo(bare, port, &hints, &all) != 0)
		return false;
	buf_addf(&text, "%s:%s:", bare, port);
	for (const struct addrinfo *i = all; i && found < ADDRESSES_MOST; i = i->ai_next) {
		const void *ip =
			i->ai_family == AF_INET
				? (const void *)&((const struct sockaddr_in *)(const void *)i->ai_addr)
					  ->sin_addr
				: (const void *)&((const struct sockaddr_in6 *)(const void *)i->ai_addr)
					  ->sin6_addr;

		if ((i->ai_family != AF_INET && i->ai_family != AF_INET6) ||
		    !inet_ntop(i->ai_family, ip, address, sizeof(address)))
			continue;
		buf_addf(&text, i->ai_family == AF_INET6 ? "%s[%s]" : "%s%s", found++ ? "," : "", address);
	}
	freeaddrinfo(all);
	buf_byte(&text, '\0');
	p->resolve = curl_slist_append(NULL, text.p);
	buf_free(&text);
	return found > 0;
}

static bool look_up(struct prepared *p, struct span url, struct arena *a)
{
	char *host = NULL, *port = NULL;
	CURLU *u = curl_url();
	bool good = u && curl_url_set(u, CURLUPART_URL, arena_str(a, url), 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
		    resolve(p, host, port);

	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return good;
}

bool prepare(const struct post_job *job, struct arena *a, struct prepared *ret, struct post_done *ret_done)
{
	struct prepared p = { .four = -1, .six = -1 };

	if (job->ca.n && !read_ca(job->ca, a, &p.ca))
		return refuse(ret_done, "the file of authorities ([signs] ca_file) cannot be read");
	p.four = marked_socket(AF_INET);
	p.six = marked_socket(AF_INET6);
	/* before root is left: TLS reads its settings here, and random numbers */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(p.curl = curl_easy_init()))
		return refuse(ret_done, "libcurl cannot be used");
	if (!leave_root())
		return refuse(ret_done, "root cannot be left");
	if (!look_up(&p, job->url, a))
		return refuse(ret_done, "its name has no address");
	*ret = p;
	return true;
}
