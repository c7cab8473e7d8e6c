/* interrupt - see interrupt.h. One flag for the whole program: whoever waits or goes on looks at it. */
#include "app/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t came;

static void on_interrupt(int signal_number)
{
	/* a second Ctrl-C means it */
	if (came)
		_exit(128 + signal_number);
	came = 1;
}

void interrupt_catch(void)
{
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };

	sigaction(SIGINT, &action, NULL);
}

bool interrupt_came(void)
{
	return came;
}

void interrupt_forget(void)
{
	came = 0;
}
