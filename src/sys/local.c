/*
 * local - see local.h.
 * TRUST: whoever could make the socket is at its other end. In a folder of everybody's (clamd's example is in /tmp) that
 * may be an account, which would be handed others' files and say of them what it likes: the kernel is asked who listens.
 */
#include "sys/local.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* Below are root's services; act/act.h has the same. */
#define UID_ACCOUNT_LEAST 1000

/* Who called listen(), as this user namespace names him. */
static bool is_of_service(int s)
{
	struct ucred who;
	socklen_t n = sizeof(who);

	if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
		return false;
	if (who.uid < UID_ACCOUNT_LEAST || who.uid == geteuid())
		return true;
	errno = EPERM;
	return false;
}

int local_connect(const char *path, unsigned seconds)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const struct timeval wait = { .tv_sec = seconds };
	int s;

	if (strlen(path) >= sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to.sun_path, path, strlen(path));
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return -1;
	if (setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
	    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0 ||
	    connect(s, (const struct sockaddr *)&to, sizeof(to)) < 0 || !is_of_service(s)) {
		int error = errno;

		close(s);
		errno = error;
		return -1;
	}
	return s;
}
