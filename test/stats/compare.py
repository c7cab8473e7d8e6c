# compare.py - `--stats --json` held against what pflogsumm and eximstats print: DIR/MTA.json against DIR/MTA.old.
import json
import re
import sys

dir, tests, bad = sys.argv[1], 0, 0


def ok(good, text):
    global tests, bad
    tests += 1
    bad += not good
    print(("" if good else "not ") + "ok %d - %s" % (tests, text))


def amount(word):
    # "105k", "12MB", "3319"; both round to whole units of 1,024
    n, unit = re.match(r"(\d+)([kKM]?)", word).groups()
    return int(n), {"": 1, "k": 1024, "K": 1024, "M": 1 << 20}[unit]


def about(ours, word):
    n, unit = amount(word)
    return abs(ours / unit - n) <= (1 if unit > 1 else 0)


def same(what, ours, theirs):
    ok(ours == theirs, "%s: %s and %s" % (what, ours, theirs))


def section(text, head):
    body = text.split(head, 1)[1].split("\n\n", 1)[0] if head in text else ""
    return [line.split() for line in body.splitlines()]


def rows(stats, name):
    return {r["key"]: r for r in stats[name]}


def compare_tables(what, ours, theirs, fields):
    # all that both print: ours are the largest
    wrong = [k for k in ours if k in theirs and not all(
        about(ours[k][f], theirs[k][i]) for i, f in enumerate(fields))]
    for k in wrong[:5]:
        print("# %s: %s, not %s" % (k, [ours[k][f] for f in fields], theirs[k]))
    common = sum(k in theirs for k in ours)
    ok(not wrong and common >= 15, "%s: %s of %d" % (what, ", ".join(fields), common))


q = json.load(open(dir + "/postfix.json"))
s, t, old = q["stats"], q["totals"], open(dir + "/postfix.old").read()
count = {m.group(2): m.group(1) for m in re.finditer(r"^ *(\d+k?) +([a-z ]+?)(?: +\(.*)?$", old, re.M)}
deferrals = int(re.search(r"\((\d+) +deferrals\)", old).group(1))
# pflogsumm counts arrivals by smtpd's and pickup's lines, so not the bounces that Postfix itself makes; no expiry as bounce
own = rows(s, "senders")["<>"]["messages"]
ok(t["messages"] - own <= int(count["received"]) <= t["messages"],
   "pflogsumm: received, bounces apart: %d and %s" % (t["messages"], count["received"]))
same("pflogsumm: delivered", t["delivered"], int(count["delivered"]))
same("pflogsumm: deferrals", t["deferred"], deferrals)
same("pflogsumm: rejected", s["rejected"], int(count["rejected"]))
same("pflogsumm: connections", s["connections"], int(count["connections"]))
n, unit = amount(count["bytes received"])
ok(t["bytes"] - rows(s, "senders")["<>"]["bytes"] <= (n + 1) * unit and n * unit <= t["bytes"],
   "pflogsumm: bytes received, bounces apart: %d and %s" % (t["bytes"], count["bytes received"]))
theirs = {w[-1]: (w[0], w[1], w[2]) for w in section(old, "Host/Domain Summary: Message Delivery ") if len(w) == 8}
compare_tables("pflogsumm: recipient domains", rows(s, "domains"), theirs, ("delivered", "bytes", "deferred"))
theirs = {w[1]: w[:1] for w in section(old, "\nSenders by message count\n") if len(w) == 2}
compare_tables("pflogsumm: senders", rows(s, "senders"), theirs, ("messages",))
theirs = {w[1]: w[:1] for w in section(old, "\nSenders by message size\n") if len(w) == 2}
compare_tables("pflogsumm: senders", rows(s, "senders"), theirs, ("bytes",))
ok(all(h["messages"] and h["bytes"] and h["recipients"] for h in s["hosts"]), "each host has messages, bytes and recipients")

q = json.load(open(dir + "/exim.json"))
s, t, old = q["stats"], q["totals"], open(dir + "/exim.old").read()
received = re.search(r"^ *Received +(\S+) +(\d+)", old, re.M)
delivered = re.search(r"^ *Delivered +(\S+) +(\d+) +(\d+)", old, re.M)
same("eximstats: received", t["messages"], int(received.group(2)))
ok(about(t["bytes"], received.group(1)), "eximstats: bytes received: %d and %s" % (t["bytes"], received.group(1)))
same("eximstats: addresses delivered", t["delivered"], int(delivered.group(3)))
hours = [int(m) for m in re.findall(r"^\d\d-\d\d +(\d+)", old.split("Messages received per hour")[1], re.M)[:24]]
same("eximstats: messages by hour", [h["messages"] for h in s["hours"]], hours)
hosts = section(old, "Top 10000 sending hosts by message count\n")
local = [w for w in hosts if w[-1] == "local"]
ours = rows(s, "hosts")["(local)"]
ok(local and ours["messages"] == int(local[0][0]) and about(ours["bytes"], local[0][1]),
   "eximstats: from this host: %d and %s" % (ours["messages"], local[:1]))
# local deliveries are told by the address behind the mailbox
ok("(local)" not in rows(s, "domains"), "each delivery of Exim's has a domain")
ok(sum(e["bounced"] for e in s["errors"]) > 0 and sum(e["deferred"] for e in s["errors"]) > 0, "errors by text")
print("1..%d" % tests)
sys.exit(bad > 0)
