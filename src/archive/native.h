/*
 * native - the archives of PHP's own form, which libarchive does not know. include 'phar://NAME/MEMBER' runs a script out of one,
 * whatever the file is called, and what is packed in it no other look finds.
 *
 * TRUST: as in look.h.
 */
#ifndef SPAMTRAIL_ARCHIVE_NATIVE_H
#define SPAMTRAIL_ARCHIVE_NATIVE_H

struct looking;

/* Looks into the file, or the one file that was packed by itself in it, if it is one. */
void native_look(struct looking *l);

#endif
