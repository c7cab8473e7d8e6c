/*
 * channel_pair - both ends of a channel. Apart, since the program that stays root is handed its end and links less.
 */
#include "sys/channel.h"

#include <sys/socket.h>

int channel_pair(int ret_fds[2], struct err *err)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_sys(err, EXIT_IO, "no socket pair for the reader");
	ret_fds[0] = fds[0];
	ret_fds[1] = fds[1];
	return 0;
}
