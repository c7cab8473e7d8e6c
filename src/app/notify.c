/*
 * notify - see notify.h.
 *
 * TRUST: addresses are the operator's. sendmail's words and what spamtrail-post answers are shown through show, or not at
 * all; a helper that was taken over can lie about having sent.
 */
#include "app/notify.h"

#include "app/config.h"
#include "app/helper.h"
#include "app/past_brake.h"
#include "base/arena.h"
#include "model/post.h"
#include "model/signs.h"
#include "sys/channel.h"
#include "sys/clock.h"
#include "sys/spawn.h"

#include <sys/wait.h>
#include <unistd.h>

#define SENDMAIL_SECONDS 60 /* limit signs, s: for sendmail to take an alarm */
#define HELPER_SECONDS 90 /* limit signs, s: without an answer of spamtrail-post */
#define MESSAGE_MOST (1u << 20)
#define SAID_MOST 200
#define ANSWER_MOST 4096
/* For all hosts of all recipients together; who is being spoken to then may take its own half a minute. */
#define DIRECT_SECONDS 45 /* limit signs, s: for an alarm past the brake, in all */

static const char helper[] = "spamtrail-post";

/* --- what is configured ------------------------------------------------------------------------- */

/* One address without quotes or comments: it stands in a header and in an argument list. */
static bool is_address(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || memchr("<>()[],;:\\\"|", s.p[i], 12))
			return false;
	return s.n && s.n <= 254 && s.p[0] != '-' && s.p[s.n - 1] != '@';
}

static bool is_url(struct span s)
{
	return span_starts(s, SPAN("https://")) || span_starts(s, SPAN("http://"));
}

/* HOST, HOST:PORT, [v6]:PORT, or one of libcurl's own: smtp://..., smtps://... */
static bool is_relay(struct span s)
{
	struct span host = span_starts(s, SPAN("smtp://"))    ? span_from(s, 7)
			   : span_starts(s, SPAN("smtps://")) ? span_from(s, 8)
							      : s;

	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (!letter && !memchr(".-:[]", c, 5))
			return false;
	}
	return host.n > 0;
}

int notify_check(const struct config *c, struct err *err)
{
	struct span from = span_str(c->mail_from.value), relay = span_str(c->relay.value),
		    webhook = span_str(c->webhook.value);

	for (size_t i = 0; i < c->mail_to.n; i++)
		if (!is_address(span_str(c->mail_to.item[i].value)))
			return err_set(err, EXIT_CONFIG, "[signs] mail_to: %.100s is no address",
				       c->mail_to.item[i].value);
	if (c->mail_to.n > POST_ADDRESSES_MOST)
		return err_set(err, EXIT_CONFIG, "[signs] mail_to: more than %d addresses",
			       POST_ADDRESSES_MOST);
	if (from.n && !is_address(from))
		return err_set(err, EXIT_CONFIG, "[signs] mail_from is no address");
	if (relay.n && !is_relay(relay))
		return err_set(err, EXIT_CONFIG, "[signs] relay: HOST, HOST:PORT or smtps://HOST is wanted");
	if (webhook.n && !is_url(webhook))
		return err_set(err, EXIT_CONFIG, "[signs] webhook begins with neither https:// nor http://");
	return 0;
}

bool notify_anybody(const struct config *c)
{
	return c->mail_to.n || *c->webhook.value;
}

/* --- by the local sendmail ---------------------------------------------------------------------- */

static int by_sendmail(const struct config *c, struct span message, const struct span *to, size_t nto,
		       struct arena *a, struct err *err)
{
	/* -i: a line of a dot alone is no end; -f <>: the empty sender */
	const char **argv = arena_alloc(a, (nto + 6) * sizeof(*argv));
	struct buf said = BUF_MAX(SAID_MOST);
	struct spawn s = { .argv = argv, .input = message, .seconds = SENDMAIL_SECONDS, .output = &said };
	size_t n = 0;
	int rc;

	argv[n++] = c->sendmail.value;
	argv[n++] = "-i";
	argv[n++] = "-f";
	argv[n++] = "<>";
	argv[n++] = "--";
	for (size_t i = 0; i < nto; i++)
		argv[n++] = arena_str(a, to[i]);
	rc = spawn_run(&s, err);
	if (rc > 0)
		rc = err_set(err, EXIT_IO, "%s ended with code %d: %.*s", c->sendmail.value, rc, (int)said.n,
			     said.n ? said.p : "");
	buf_free(&said);
	return rc;
}

/* --- by the helper ------------------------------------------------------------------------------ */

static int talk(struct channel *c, const struct post_job *job, struct err *err)
{
	struct buf body = BUF_MAX(CHANNEL_MAX_BODY);
	struct message m = { 0 };
	struct post_done done;
	int rc;

	post_job_pack(job, &body);
	rc = channel_send(c, POST_JOB, buf_view(&body), NULL, 0, err);
	buf_free(&body);
	if (rc == 0)
		rc = channel_receive(c, &m, err);
	for (size_t i = 0; i < m.nfds; i++)
		close(m.fds[i]);
	if (rc < 0)
		return rc;
	if (rc == 0 || m.type != POST_DONE || !post_done_unpack(m.body, &done))
		return err_set(err, EXIT_SOFTWARE, "%s ended without an answer", helper);
	if (done.taken)
		return 0;
	if (done.code)
		return err_set(err, EXIT_IO, "it answered %u", done.code);
	return err_set(err, EXIT_IO, "%.*s", (int)span_head(done.text, SAID_MOST).n, done.text.p);
}

static int by_helper(const struct post_job *job, bool unconfined, struct err *err)
{
	struct helper_want hw = { .name = helper, .args = { unconfined ? "--unconfined" : NULL } };
	struct channel c;
	int ends[2], status = 0, rc;
	pid_t pid;

	if (!helper_installed(helper))
		return err_set(err, EXIT_SOFTWARE,
			       "%s is not beside this program: it was built without libcurl", helper);
	rc = channel_pair(ends, err);
	if (rc < 0)
		return rc;
	memcpy(hw.fds, (int[]){ ends[1], -1, -1, -1 }, sizeof(hw.fds));
	rc = helper_start(&hw, &pid, err);
	close(ends[1]);
	if (rc < 0) {
		close(ends[0]);
		return rc;
	}
	channel_open(&c, ends[0], ANSWER_MOST, HELPER_SECONDS);
	rc = talk(&c, job, err);
	channel_close(&c);
	if (helper_wait(pid, helper, &status, err) < 0)
		return -err->code;
	if (rc < 0 && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOPERM)
		return err_set(err, EXIT_NOPERM, "this kernel cannot confine %s", helper);
	if (rc < 0 && WIFSIGNALED(status))
		return err_set(err, EXIT_SOFTWARE, "%s was ended by signal %d: please report this", helper,
			       WTERMSIG(status));
	return rc;
}

/* RELAY as is_relay has it; HOST is ours. */
static int by_smtp(struct post_job *job, struct span relay, struct span host, bool unconfined,
		   struct err *err)
{
	struct buf url = BUF_MAX(1000);
	int rc;

	if (span_search(relay, 0, SPAN("://")) < 0)
		buf_str(&url, "smtp://");
	buf_span(&url, relay);
	/* libcurl greets with it, and need not ask for the host's name where it may not */
	buf_byte(&url, '/');
	alarm_host(&url, host);
	job->way = POST_SMTP;
	job->url = buf_view(&url);
	rc = by_helper(job, unconfined, err);
	buf_free(&url);
	return rc;
}

static int by_relay(const struct config *c, struct post_job *job, struct span host, bool unconfined,
		    struct err *err)
{
	job->user = span_str(c->relay_user.value);
	job->password = span_str(c->relay_password.value);
	/* without a login no certificate is asked for: then no file of authorities has to be there */
	if (job->user.n)
		job->ca = span_str(c->ca_file.value);
	return by_smtp(job, span_str(c->relay.value), host, unconfined, err);
}

struct direct {
	const struct config *config;
	struct span message, host;
	bool unconfined;
	struct arena *arena;
	const struct clock *clock;
	int64_t deadline;
};

static bool is_late(const struct direct *d)
{
	return clock_steady_micros(d->clock) >= d->deadline;
}

/* Some host of his took it for TO. Under "auto" the system's resolver will do: no list is asked. */
static bool by_his_hosts(const struct direct *d, struct span to)
{
	const char *resolver = d->config->resolver.value;
	struct post_job job = { .to = &to, .nto = 1, .body = d->message };
	struct span hosts[MAIL_HOSTS_MOST];
	struct err unheard;
	size_t n;

	if (is_late(d))
		return false;
	n = mail_hosts(strcmp(resolver, "auto") == 0 ? "system" : resolver, d->unconfined, to, d->arena,
		       hosts);
	for (size_t i = 0; i < n && !is_late(d); i++)
		if (by_smtp(&job, hosts[i], d->host, d->unconfined, &unheard) == 0)
			return true;
	return false;
}

/* Those of TO that nobody has taken it for yet, in front: the local server's to deliver, and RET_KEPT by it: the brake is on. */
static size_t past_brake(const struct config *c, struct span *to, size_t nto, struct span message,
			 struct span host, bool unconfined, struct arena *a, bool *ret_kept)
{
	struct clock clock = { 0 };
	struct direct d = { c,
			    message,
			    host,
			    unconfined,
			    a,
			    &clock,
			    clock_steady_micros(&clock) + DIRECT_SECONDS * INT64_C(1000000) };
	size_t left = 0;

	*ret_kept = brake_is_on();
	if (!*ret_kept)
		return nto;
	for (size_t i = 0; i < nto; i++)
		if (!by_his_hosts(&d, to[i]))
			to[left++] = to[i];
	return left;
}

/* RET_LOCAL as in notify_send; RET_KEPT: the brake keeps those in the local queue. */
static int by_mail(const struct config *c, const struct alarm_text *text, bool unconfined, struct arena *a,
		   uint32_t *ret_local, bool *ret_kept, struct err *err)
{
	struct span *to = arena_alloc(a, (c->mail_to.n + 1) * sizeof(*to)), host = text->signs->host;
	struct buf message = BUF_MAX(MESSAGE_MOST);
	struct post_job job = { .to = to };
	size_t left = 0;
	int rc;

	for (size_t i = 0; i < c->mail_to.n; i++)
		to[job.nto++] = span_str(c->mail_to.item[i].value);
	alarm_mail(&message, text, span_str(c->mail_from.value), to, job.nto);
	job.body = buf_view(&message);
	if (*c->relay.value) {
		rc = by_relay(c, &job, host, unconfined, err);
	} else {
		left = past_brake(c, to, job.nto, job.body, host, unconfined, a, ret_kept);
		rc = left ? by_sendmail(c, job.body, to, left, a, err) : 0;
	}
	if (rc == 0)
		*ret_local = (uint32_t)left;
	buf_free(&message);
	return rc;
}

static int by_webhook(const struct config *c, struct span body, bool unconfined, struct err *err)
{
	struct post_job job = { .way = POST_HTTP, .url = span_str(c->webhook.value), .body = body };

	if (span_starts(job.url, SPAN("https://")))
		job.ca = span_str(c->ca_file.value);
	return by_helper(&job, unconfined, err);
}

/* --- both --------------------------------------------------------------------------------------- */

static void told_mail(const struct config *c, uint32_t kept, struct buf *told)
{
	buf_str(told, "mail to ");
	for (size_t i = 0; i < c->mail_to.n; i++) {
		buf_str(told, i ? ", " : "");
		buf_str(told, c->mail_to.item[i].value);
	}
	if (kept)
		buf_addf(told, " (the brake is on: for %u of them it waits in the local queue)", kept);
}

unsigned notify_send(const struct config *c, const struct alarm_text *text, bool unconfined, struct arena *a,
		     struct buf *told, struct buf *failed, uint32_t *ret_local)
{
	struct buf message = BUF_MAX(MESSAGE_MOST);
	struct err err = { 0 };
	unsigned worked = 0;
	bool kept = false;
	int rc;

	*ret_local = 0;
	if (c->mail_to.n) {
		rc = by_mail(c, text, unconfined, a, ret_local, &kept, &err);
		if (rc == 0)
			told_mail(c, kept ? *ret_local : 0, told);
		else
			buf_addf(failed, "the alarm was not mailed: %s\n", err.text);
		worked += rc == 0;
	}
	if (*c->webhook.value) {
		alarm_json(&message, text);
		rc = by_webhook(c, buf_view(&message), unconfined, &err);
		/* its address may hold a secret */
		if (rc == 0)
			buf_str(told, worked ? ", web hook" : "web hook");
		else
			buf_addf(failed, "the alarm was not posted to the web hook: %s\n", err.text);
		worked += rc == 0;
	}
	buf_free(&message);
	return worked;
}
