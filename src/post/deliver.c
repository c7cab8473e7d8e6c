/*
 * deliver - see deliver.h. No redirects, no proxies, no cookies, no credentials but the job's own; half a minute.
 *
 * A web server's certificate must be right. A relay's must be where a password is sent; without one TLS is taken where
 * it is offered and nobody's name is checked, as between mail servers everywhere.
 *
 * TRUST: what the server answers is dropped; its code is a number.
 */
#include "post/deliver.h"

#include "base/err.h"

#include <string.h>

#define SECONDS 30L /* limit signs, s: for one alarm to a web or mail server */
#define CONNECT_SECONDS 10L /* limit signs, s: to reach it */
#define ANSWER_MOST (64u << 10) /* limit signs, bytes: of its answer */

struct upload {
	struct span left;
	size_t heard;
};

static size_t give(char *out, size_t size, size_t n, void *ctx)
{
	struct upload *u = ctx;
	struct span piece = span_head(u->left, size * n);

	if (piece.n)
		memcpy(out, piece.p, piece.n);
	u->left = span_from(u->left, piece.n);
	return piece.n;
}

/* More than anybody has to say ends it; its code is known by then. */
static size_t drop(char *bytes, size_t size, size_t n, void *ctx)
{
	struct upload *u = ctx;

	u->heard += size * n;
	return u->heard > ANSWER_MOST ? 0 : size * n;
}

/* The sockets that were marked, one of each family; a second try gets a plain one. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct prepared *p = ctx;
	int *marked = address->family == AF_INET ? &p->four : &p->six;
	int fd = *marked;

	*marked = -1;
	return fd >= 0 ? fd : socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void set_common(CURL *c, struct prepared *ready, struct upload *u, struct curl_blob *ca)
{
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, SECONDS);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_RESOLVE, ready->resolve);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, ready);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, u);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, drop);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, u);
	curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	if (ca->len)
		curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, ca);
}

static struct curl_slist *set_http(CURL *c, const struct post_job *job)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");

	headers = curl_slist_append(headers, "Expect:");
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_USERAGENT, "spamtrail/" SPAMTRAIL_VERSION);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)job->body.n);
	curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, job->body.p);
	return headers;
}

static struct curl_slist *set_smtp(CURL *c, const struct post_job *job, struct arena *a, struct upload *u)
{
	struct curl_slist *to = NULL;

	for (size_t i = 0; i < job->nto; i++)
		to = curl_slist_append(to, arena_str(a, job->to[i]));
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	/* nobody answers an alarm, and no list counts it: the empty sender, as of a bounce */
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, "");
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_CRLF, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(c, CURLOPT_READDATA, u);
	curl_easy_setopt(c, CURLOPT_USE_SSL, job->user.n ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
	if (!job->user.n) {
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
		return to;
	}
	curl_easy_setopt(c, CURLOPT_USERNAME, arena_str(a, job->user));
	curl_easy_setopt(c, CURLOPT_PASSWORD, arena_str(a, job->password));
	return to;
}

void deliver(const struct post_job *job, struct prepared *ready, struct post_done *ret_done)
{
	struct curl_blob ca = { .data = (void *)ready->ca.p, .len = ready->ca.n, .flags = CURL_BLOB_NOCOPY };
	struct upload u = { .left = job->body };
	struct arena *a = arena_new();
	struct curl_slist *list;
	CURL *c = ready->curl;
	CURLcode rc;
	long code = 0;

	set_common(c, ready, &u, &ca);
	curl_easy_setopt(c, CURLOPT_URL, arena_str(a, job->url));
	list = job->way == POST_HTTP ? set_http(c, job) : set_smtp(c, job, a, &u);
	rc = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
	curl_slist_free_all(list);
	arena_free(a);
	*ret_done = (struct post_done){
		.taken = code >= 200 && code < 300 && (rc == CURLE_OK || rc == CURLE_WRITE_ERROR),
		.code = code > 0 && code < 1000 ? (uint32_t)code : 0,
		/* libcurl's own sentence; its longer one may quote the server */
		.text = span_str(rc == CURLE_OK ? "" : curl_easy_strerror(rc)),
	};
}
