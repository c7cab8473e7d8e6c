/* crafted - texts made to harm: a terminal, a page, JSON, a mail, a monitor, whoever reads them. See crafted.c. */
#ifndef TEST_REPORT_CRAFTED_H
#define TEST_REPORT_CRAFTED_H

#include "base/span.h"

/* No line may begin with it: it stands behind each kind of line end. */
#define FORGED "INCIDENT 9999z"

extern const struct span crafted[];
extern const size_t ncrafted;

/* Every byte there is, in pieces so short that no screen cuts them: N of them. */
#define BYTE_PIECES 32
struct span crafted_bytes(unsigned n);

#endif
