/*
 * state_dir - see state_dir.h. Whether the folder may be trusted is the actor's to say: it looks who owns it.
 * TRUST: the operator's word and root's configuration.
 */
#include "app/state_dir.h"

#include "app/config.h"
#include "app/options.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

const char *state_dir(const struct options *o, const struct config *c)
{
	return o->state ? o->state : options_image(o) ? NULL : c->state_dir.value;
}

int state_dir_make(const char *dir, char ret[PATH_MAX], struct err *err)
{
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_sys(err, EXIT_IO, "%s cannot be made", dir);
	if (!realpath(dir, ret))
		return err_sys(err, EXIT_IO, "%s cannot be used", dir);
	return 0;
}
