/*
 * named - files that other scanners have named before: maldet's sessions and histories of both generations, and the CSV or,
 * with a head, TSV that Wordfence CLI writes.
 *
 * maldet 1.6: sess/session.hits.ID ("{HEX}sig : PATH", " => WHERE IT IS KEPT" behind it), sess/hits.hist and
 * sess/quarantine.hist (fields with colons; a path may hold some, too). maldet 2: the same hits as TSV, sess/session.tsv.ID
 * and sess/hook.hits.log: signature, path, place in quarantine.
 *
 * TRUST: the files are root's as far as their folders are; names of files and signatures in them are anybody's.
 */
#ifndef SPAMTRAIL_SCAN_NAMED_H
#define SPAMTRAIL_SCAN_NAMED_H

#include "base/span.h"

enum named_kind { NAMED_MALDET_HITS, NAMED_MALDET_HISTORY, NAMED_MALDET_QUARANTINE, NAMED_WORDFENCE };

/* PATH and NAME point into BYTES or into a room of named_read's own: good during the call. AWAY: it lies in quarantine. */
typedef void named_see(void *ctx, struct span path, struct span name, bool away);

/* Lines that make no sense are passed over. */
void named_read(enum named_kind kind, struct span bytes, named_see *see, void *ctx);

#endif
