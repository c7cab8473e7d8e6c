#!/bin/sh
# torture.sh - what make test does in a sample, at length: every system call, every tree, minutes for each race. Hours.
set -u
cd "$(dirname "$0")/.." || exit 70
bad=0
TREES=10000 test/act/run || bad=1
RACE_SECONDS=60 test/race/run || bad=1
RACE_SECONDS=60 test/scanrace/run || bad=1
SCAN_NAMES=1000000 test/scan/run || bad=1
FAULT_ALL=1 test/faults/run || bad=1
KILL_STEP=1 KILL_PAIRS=2000 test/killqueue/run || bad=1
KILL_STEP=1 KILL_FIVE=1 KILL_FILES=50 KILL_PAIRS=2000 FAULT_AT="$(seq -s ' ' 60)" test/kill/run || bad=1
# each call of 85,000 would take days: each site, and so many by chance
KILL_ONLY=large KILL_FILES=500 KILL_SAMPLE=500 KILL_PHASES='undo recover do' test/kill/run || bad=1
# a real minute after each contain; everybody sends five times as much
LAB_LONG=5 test/lab/run test/lab/scen/contain-*.lab test/lab/scen/spoof-*.lab || bad=1
exit $bad
