#!/usr/bin/env python3
"""progress.py SPAMTRAIL FOLDER: the line that tells how far a scan is, on a terminal. "0 TEXT" or "1 TEXT", as sizes.py.

The scan is held up again and again, so that it lasts long enough to be told of on any machine, and no clock decides."""
import os, pty, re, select, signal, subprocess, sys, time

SPAMTRAIL, HOME = sys.argv[1], sys.argv[2]
STATE = HOME + ".state"
FILES = 20000
COUNT, SIZE, RATE = r"[0-9][0-9,]*", r"[0-9.]+ (?:[kMG]?B|bytes)", r"[0-9.]+ (?:[kMG]?B|bytes)/s"
ERASE = "\r\x1b[K"


def ok(good, text, out=""):
    print("%d %s" % (0 if good else 1, text), flush=True)
    if not good:
        print("\n".join("# " + repr(line) for line in out.split("\r")[-6:]))


def waiting(fd):
    told = b""
    try:
        while select.select([fd], [], [], 0)[0]:
            told += os.read(fd, 65536)
    except OSError:  # nobody has the other end any more
        pass
    return told


def scan(*options, term="xterm"):
    """What stands on the terminal, and on standard output, which is none."""
    master, slave = pty.openpty()
    env = dict(os.environ, TERM=term)
    p = subprocess.Popen([SPAMTRAIL, "scan", "--state", STATE, *options, HOME], stdout=subprocess.PIPE, stderr=slave, env=env, start_new_session=True)
    os.close(slave)
    told = b""
    while p.poll() is None:
        # all of it stands still, the confined scanner too
        os.killpg(p.pid, signal.SIGSTOP)
        time.sleep(0.02)
        os.killpg(p.pid, signal.SIGCONT)
        time.sleep(0.002)
        told += waiting(master)
    out = p.stdout.read()
    told += waiting(master)
    os.close(master)
    return told.decode(), out.decode()


def fill():
    subprocess.run(["rm", "-rf", HOME + "/www"], check=True)
    os.makedirs(HOME + "/www")
    with open(HOME + "/www/a.php", "w") as f:
        f.write("<?php " + "$a = strlen($b) + 1;" * 100)
    for i in range(FILES):
        os.link(HOME + "/www/a.php", HOME + "/www/name-%d.php" % i)


fill()
os.chmod(HOME, 0o755)
time.sleep(3)  # what has changed just now is not remembered
told, out = scan()
lines = told.split(ERASE)
form = re.compile(r"^(%s) files  %s  %s  %s files/s$" % (COUNT, SIZE, RATE, COUNT))
shown = [m for m in map(form.match, lines) if m]
counts = [int(m.group(1).replace(",", "")) for m in shown]
ok(len(shown) > 1 and len(shown) == len([line for line in lines if line]), "files, bytes and rates are told as the scan goes on", told)
ok(counts == sorted(counts) and counts and 0 < counts[0] and counts[-1] <= FILES + 1, "their number only grows", told)
ok(told.endswith(ERASE), "the line is taken away in the end", told)
ok("files/s" not in out and "\x1b" not in out, "nothing of it is in the output", out)
fill()  # all of them are others now, and read again
told, out = scan()
left = re.compile(r"^%s of (%s) files  %s  %s  %s files/s  .* left$" % (COUNT, COUNT, SIZE, RATE, COUNT))
known = [line for line in told.split(ERASE) if left.match(line)]
ok(known and all(left.match(line).group(1) == "20,001" for line in known), "of a folder that was scanned before: how many there are, and the time left", told)
ok(scan("--quiet", "--full")[0] == "" and scan("--full", term="dumb")[0] == "", "nothing with --quiet, nor on a terminal that cannot take it away")
