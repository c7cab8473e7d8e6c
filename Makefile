# spamtrail's front door. Building is meson's and ninja's work; this file says what to build and in which order.
#
#   make run [ROOT=/]   install what is needed, build, investigate a demo server (or this one)
#   make test           everything that can be tested; closes on "N passed, N failed, N skipped"
#   make check          format, linters, both compilers with -Werror, floors, sizes, banned calls
#   make bench          speed, memory and the judge's curve; SIZE=1G, ROUNDS=7
#   make torture        kills, races and random trees at length (hours)
#   make fuzz           each fuzz target SECS=60 seconds under ASan and UBSan
#   make install        DESTDIR is honoured; enable the timers afterwards

B = build
F = build-fuzz
SECS = 60
SIZE = 1G
ROUNDS = 7
SANITIZED = --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false \
	-Dc_args=-fsanitize=fuzzer-no-link
export SPAMTRAIL = $(CURDIR)/$(B)/spamtrail
export SPAMTRAIL_GEN = $(CURDIR)/$(B)/test/gen/spamtrail-gen
export BUILD = $(CURDIR)/$(B)
export FUZZ = $(CURDIR)/$(F)

all: $(B)/build.ninja
	@ninja -C $(B)

$(B)/build.ninja:
	@meson setup $(B) >/dev/null
$(F)/build.ninja:
	@CC=clang meson setup $(F) $(SANITIZED) >/dev/null

run:
	@tools/deps run
	@$(MAKE) --no-print-directory all
	@tools/demo "$(ROOT)"

test:
	@tools/deps test
	@$(MAKE) --no-print-directory $(B)/build.ninja $(F)/build.ninja
	@ninja -C $(B) all tests && ninja -C $(F) tests fuzz
	@test/run.sh

check:
	@tools/deps check
	@tools/check

bench:
	@tools/deps test
	@$(MAKE) --no-print-directory $(B)/build.ninja && ninja -C $(B) all test/bench/judge_bench test/dns/responder
	@test/bench/bench.sh $(SIZE) $(ROUNDS)

fuzz:
	@tools/deps test
	@$(MAKE) --no-print-directory $(F)/build.ninja && ninja -C $(F) fuzz
	@FUZZ_SECONDS=$(SECS) test/fuzz/run
torture: all
	@ninja -C $(B) tests && test/torture.sh
install: all
	@meson install -C $(B) $(if $(DESTDIR),--destdir "$(DESTDIR)")

.PHONY: all run test check bench torture fuzz install
