/*
 * scene - a made-up server under DIR for the actor of faulty.h: one account's files, configuration, a queue of four messages, a
 * process; what is so of it, as text; and plans that are done and undone on it.
 */
#ifndef SPAMTRAIL_TEST_SCENE_H
#define SPAMTRAIL_TEST_SCENE_H

#include <stdbool.h>

/* One kind of action, in the words of driver.h. A line of it is a row of a table of tests. */
struct scene {
	const char *name;
	const char *lines; /* the plan; "%s" in it is DIR */
	const char *before; /* the shell does this in DIR first; NULL: nothing */
	const char *between; /* and this between doing and undoing: what others change meanwhile */
	bool far; /* the state folder is on another file system than the files */
	bool forever; /* nothing takes it back */
	bool less; /* and what does not give back all, and says so */
	bool stays; /* undone, it lies in a store */
	bool network; /* only where a network of our own could be made */
};

extern const struct scene scenes[];
extern const unsigned nscenes;
/* Never NULL. */
const struct scene *scene_of(const char *name);

/* For cmocka: DIR, and namespaces where they can be had. Without root all tests are skipped. */
int scene_make(void **state);
int scene_drop(void **state);

/* As before everything. */
void scene_fresh(const struct scene *s);
/* LINES through the actor; its answers, which live until the next call. *RET_RC as drive's. */
const char *scene_drive(const char *lines, int *ret_rc);
/* SCENE's plan is done. */
const char *scene_do(const struct scene *s);
/* What others do between doing and undoing. */
void scene_between(const struct scene *s);
/* What is so now; the caller's to free. BRIEF as in driver.h. */
char *scene_see(bool brief);
/* Files in hold stores that are no record. */
int scene_held(void);
/* A network of our own could be made. */
bool scene_networked(void);
/* The file system under DIR keeps extended attributes. */
bool scene_keeps_attributes(void);
void scene_shell(const char *line);
bool scene_is_so(const char *line);

#endif
