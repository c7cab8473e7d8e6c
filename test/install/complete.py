"""complete.py SPAMTRAIL COMPLETION - a real bash in a terminal that has read the file COMPLETION is asked to complete command lines,
as TAP; readline's insert-completions writes all that it would offer into the line. Verbs and flags are held to the program's own help."""
import os
import pty
import re
import select
import shlex
import subprocess
import sys
import tempfile

spamtrail, completion = map(os.path.abspath, sys.argv[1:3])
tests = bad = 0


def ok(right, text, note=""):
    global tests, bad
    tests += 1
    bad += not right
    print(f"{'' if right else 'not '}ok {tests} - {text}")
    if not right and note:
        print(f"# {note}")


def said(*args):
    return subprocess.run([spamtrail, *args], capture_output=True, text=True, check=True).stdout


class Bash:
    """A bash of its own, without anybody's settings, in the folder DIR."""

    def __init__(self, dir):
        rc = os.path.join(dir, ".rc")
        with open(rc, "w") as f:
            f.write(f"""PS1= PS2= PROMPT_COMMAND= HISTFILE=
cd {shlex.quote(dir)}/work
. {shlex.quote(completion)}
bind 'set enable-bracketed-paste off' 'set bell-style none' 2>/dev/null
bind '"\\C-xa": insert-completions' '"\\C-xk": kill-whole-line' 2>/dev/null
bind '"\\C-xa": insert-completions'; bind '"\\C-xk": kill-whole-line'; bind 'set bell-style none'
bind -x '"\\C-xp": printf "\\nLINE[%s]\\n" "$READLINE_LINE"'
printf '\\nLINE[ready]\\n'
""")
        pid, self.fd = pty.fork()
        if pid == 0:
            os.execvpe("bash", ["bash", "--noprofile", "--rcfile", rc, "-i"],
                       {"PATH": "/usr/bin:/bin", "TERM": "dumb", "LC_ALL": "C.UTF-8", "COLUMNS": "9999", "HOME": dir})
        self.line()

    def line(self):
        got = b""
        while not re.search(rb"LINE\[.*\]\r?\n", got):
            if not select.select([self.fd], [], [], 60)[0]:
                sys.exit(f"not ok {tests + 1} - bash does not answer: {got!r}")
            got += os.read(self.fd, 4096)
        return re.search(rb"LINE\[(.*)\]", got).group(1).decode()

    def press(self, typed, keys):
        os.write(self.fd, typed.encode() + keys + b"\x18p\x18k")
        return self.line()

    def tab(self, typed):
        return self.press(typed, b"\t")

    def all(self, typed):
        """What is offered in the place of TYPED's last word."""
        return shlex.split(self.press(typed, b"\x18a"))[len(shlex.split(typed + "x")) - 1:]


with tempfile.TemporaryDirectory() as dir:
    work = os.path.join(dir, "work")
    os.makedirs(os.path.join(work, "mnt image"))
    for name in ("mail log", "maillog.1.gz", "mnt.conf"):
        open(os.path.join(work, name), "w").close()
    bash = Bash(dir)

    verbs = re.findall(r"^  ([a-z]+) ", said("help"), re.M)
    offered = bash.all("spamtrail ")
    ok(len(verbs) > 12 and sorted(offered) == sorted(verbs), f"every verb of the help is offered ({len(verbs)})", f"{offered}")
    known = set()
    for verb in verbs:
        flags = re.findall(r"^  (--[a-z-]+)", said("help", verb), re.M)
        offered = bash.all(f"spamtrail {verb} --")
        known |= set(offered)
        ok("--help" in flags and sorted(offered) == sorted(flags), f"{verb}: every flag of its help ({len(flags)})", f"{offered}")
    manual = set(re.findall(r"^\*(--[a-z-]+)\*", said("help", "--completion", "scdoc"), re.M)) - {"--version"}
    ok(len(manual) > 40 and known == manual, f"together all that there are ({len(manual)})", f"{known ^ manual}")

    for typed, want in (
        ("spamtrail inv", "spamtrail investigate "),
        ("spamtrail --ver", "spamtrail --version "),
        ("spamtrail investigate mail\\ ", "spamtrail investigate mail\\ log "),
        ("spamtrail investigate mail\\ log maill", "spamtrail investigate mail\\ log maillog.1.gz "),
        ("spamtrail investigate --root mnt", "spamtrail investigate --root mnt\\ image/"),
        ("spamtrail --root mnt\\ image why --pl", "spamtrail --root mnt\\ image why --plain "),
        ("spamtrail investigate --root=mnt", "spamtrail investigate --root=mnt\\ image/"),
        ("spamtrail config show --config mnt.", "spamtrail config show --config mnt.conf "),
        ("spamtrail config show --config=mnt.", "spamtrail config show --config=mnt.conf "),
        ("spamtrail queue --by cul", "spamtrail queue --by culprit "),
        ("spamtrail queue --by=cul", "spamtrail queue --by=culprit "),
        ("spamtrail config ch", "spamtrail config check "),
        ("spamtrail help rep", "spamtrail help rep"),
        ("spamtrail help compl", "spamtrail help complaints "),
        ("spamtrail doctor mail", "spamtrail doctor mail"),
        ("spamtrail investigate --since mail", "spamtrail investigate --since mail"),
    ):
        got = bash.tab(typed)
        ok(got == want, f"{typed}<Tab>", f"[{got}] instead of [{want}]")
    got = bash.all("spamtrail queue --color ")
    ok(got == ["always", "auto", "never"], "a flag's words", f"{got}")
    got = bash.all("spamtrail investigate ")
    ok(got == ["mail log", "maillog.1.gz", "mnt image", "mnt.conf"] or got == ["mail log", "maillog.1.gz", "mnt image/", "mnt.conf"],
       "all files", f"{got}")

print(f"1..{tests}")
sys.exit(bad > 0)
