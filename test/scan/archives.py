#!/usr/bin/env python3
"""archives.py SPAMTRAIL FOLDER: what is packed in archives, honest and hostile. For each: "0 TEXT" where the scan said what it must,
"1 TEXT" where not.

Costs are CPU seconds and resident memory of the scan and its children, never the time of a clock."""
import bz2, gzip, io, json, lzma, os, shutil, signal, sqlite3, struct, subprocess, sys, tarfile, time, zipfile, zlib

sys.dont_write_bytecode = True
from measured import ok, run

SPAMTRAIL, HOME = sys.argv[1], os.path.join(sys.argv[2], "home")
STATE = os.path.join(sys.argv[2], "state")
BAD = b'<?php eval($_POST["a"]);'
MEMORY = 160  # MiB
EVIL = b"<?php $i = 0; while ($i < 1000000000) { $i = $i + 1; $a = $i * 3; } eval($_GET['x'] . $a);"


def scan(*args, keep=True):
    """Exit code, the answer, CPU seconds, MiB."""
    code, out, cpu, memory = run([SPAMTRAIL, "scan", "--json", *(["--state", STATE] if keep else []), *args])
    try:
        answer = json.loads(out)
    except ValueError:
        answer = {"findings": [], "skipped": [{"path": "", "why": out.decode("utf-8", "replace")}], "archives": -1, "members": -1}
    return code, answer, cpu, memory


def put(name, content):
    path = os.path.join(HOME, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content)


def clear():
    shutil.rmtree(HOME, ignore_errors=True)
    shutil.rmtree(STATE, ignore_errors=True)
    os.makedirs(HOME)


def names(answer):
    return sorted(f["path"][len(HOME) + 1:] for f in answer["findings"])


def check(text, code, found, *says, args=(), target=None, seconds=3):
    """The home, anew: the exit code, the names of what is found, and what is said of what was left."""
    got, answer, cpu, memory = scan(*args, target or HOME, keep=False)
    skipped = "\n".join("%s\t%s" % (s["path"], s["why"]) for s in answer["skipped"])
    good = (got == code and (found is None or names(answer) == sorted(found)) and all(s in skipped for s in says)
            and cpu <= seconds and memory <= MEMORY)
    ok(good, "%s (%.1f s, %.0f MiB)" % (text, cpu, memory), "exit %d, found %s\n%s" % (got, names(answer), skipped))
    return answer


def zipped(files, how=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as z:
        for name, body in files:
            z.writestr(zipfile.ZipInfo(name) if how == zipfile.ZIP_STORED else name, body)
    return out.getvalue()


def tarred(files, form=tarfile.PAX_FORMAT, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as t:
        for name, body in files:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(body)
            t.addfile(info, io.BytesIO(body))
    return out.getvalue()


SITE = [("site/index.php", b"<?php echo 1;"), ("site/bad.php", BAD), ("site/read.me", b"nothing")]


def kinds():
    clear()
    put("a.zip", zipped(SITE))
    put("b.ZIP", zipped(SITE, zipfile.ZIP_STORED))
    put("c.tar", tarred(SITE, tarfile.USTAR_FORMAT))
    put("d.tar.gz", tarred(SITE, tarfile.GNU_FORMAT, "w:gz"))
    put("e.tbz2", tarred(SITE, tarfile.PAX_FORMAT, "w:bz2"))
    put("f.tar.xz", tarred(SITE, tarfile.PAX_FORMAT, "w:xz"))
    put("g.jar", zipped(SITE))
    put("h.phar", zipped(SITE))
    put("bad.php.gz", gzip.compress(BAD))
    put("bad.php.bz2", bz2.compress(BAD))
    want = [n + "!site/bad.php" for n in ("a.zip", "b.ZIP", "c.tar", "d.tar.gz", "e.tbz2", "f.tar.xz", "g.jar", "h.phar")]
    want += ["bad.php.gz!bad.php", "bad.php.bz2!bad.php"]
    if shutil.which("zstd"):
        put("i.tar.zst", subprocess.run(["zstd", "-qc"], input=tarred(SITE), stdout=subprocess.PIPE).stdout)
        want.append("i.tar.zst!site/bad.php")
    answer = check("zip and tar in all their forms, and one packed file", 1, want)
    ok({f["verdict"] for f in answer["findings"]} == {"suspicious"} and min(f["score"] for f in answer["findings"]) >= 10
       and {f["class"] for f in answer["findings"]} == {"backdoor"}, "all of it suspicious by word, with its class and points", answer)
    ok(answer["archives"] == len(want) and answer["members"] == 3 * (len(want) - 2) + 2, "archives and files in them are counted", answer)
    first = answer["findings"][0]
    ok(first["path"] == first["archive"] + "!" + first["member"] and first["size"] == len(BAD), "the finding names archive and member", first)
    # a script's own bytes in a plain tar are no script that lies there
    clear()
    put("plain.tar", tarred(SITE))
    scan(HOME)
    with sqlite3.connect(os.path.join(STATE, "scan.db")) as db:
        kept = db.execute("SELECT count(*) FROM finding").fetchone()[0]
    ok(kept == 0, "nothing of it is kept for contain and investigate", kept)
    put("x.tar", b"<?php eval($_POST['a']); ?>" + tarred([("a.txt", b"x")]))
    check("an archive's name around a script is a script still", 1, ["plain.tar!site/bad.php", "x.tar"])


def settings():
    clear()
    put("a.zip", zipped([("w/.htaccess", b"AddHandler application/x-httpd-php .jpg\n"), ("w/.user.ini", b"auto_prepend_file = /tmp/.x.jpg\n"),
                         ("w/p.jpg", b"\xff\xd8\xff\xe0JFIF" + bytes(64) + BAD), ("wp-content/uploads/t.php", b"<?php function a($b) { return $b + 1; } echo a(2);"),
                         (".ssh/known_hosts", b"x")]))
    check("settings, pictures and uploads are told as on disk", 1,
          ["a.zip!w/.htaccess", "a.zip!w/.user.ini", "a.zip!w/p.jpg", "a.zip!wp-content/uploads/t.php"])


def asked():
    clear()
    put("a!b.zip", zipped(SITE + [("more.php", b"<?php system($_GET['c']);")]))
    path = os.path.join(HOME, "a!b.zip")
    code, answer, *_ = scan("--explain", path + "!site/bad.php")
    ok(code == 1 and names(answer) == ["a!b.zip!site/bad.php"], "ARCHIVE!MEMBER is that member alone", answer)
    time.sleep(3)
    scan(HOME)
    code, answer, *_ = scan(HOME)
    ok(code == 1 and answer["archives"] == 0 and names(answer) == ["a!b.zip!more.php", "a!b.zip!site/bad.php"], "an unchanged archive is not opened again", answer)
    code, answer, *_ = scan("--explain", path + "!site/bad.php")
    ok(code == 1 and answer["archives"] == 1 and names(answer) == ["a!b.zip!site/bad.php"], "its member's proof is worked out again", answer)
    code, answer, *_ = scan(HOME)
    ok(names(answer) == ["a!b.zip!more.php", "a!b.zip!site/bad.php"], "and the others are still known", answer)
    code, answer, *_ = scan(path + "!site/none.php")
    ok(code == 3 and "no file of that name" in str(answer), "a member that is not there is no clean answer", answer)
    for decoy in ("a!b.zip!site/bad.php", "a.zip!b.zip!x.php"):
        put(decoy, b"<?php echo 1;")
    put("a.zip", zipped([("b.zip!x.php", b"<?php echo 2;")]))
    put("a.zip!b.zip", zipped([("x.php", BAD)]))
    for name in ("a!b.zip!site/bad.php", "a.zip!b.zip!x.php"):
        code, answer, *_ = scan("--explain", os.path.join(HOME, name), keep=False)
        ok(code == 1 and names(answer) == [name], "clean files that are called like a finding do not stand before it", (code, answer))
    for name in os.listdir(HOME):
        if name != "a!b.zip":
            shutil.rmtree(os.path.join(HOME, name)) if os.path.isdir(os.path.join(HOME, name)) else os.unlink(os.path.join(HOME, name))
    out = subprocess.run([SPAMTRAIL, "scan", "--explain", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()
    ok("a!b.zip!site/bad.php" in out and "read from the request" in out and "PACKED" in out and "2 findings are files" in out, "the screen says what to make of it", out)


def remembered():
    clear()
    put("ok.zip", zipped(SITE[:1]))
    put("in.zip", zipped([("in/x.zip", zipped(SITE))]))
    put("odd.zip", b"no archive")
    put("big.tar.gz", gzip.compress(tarred([("r%d" % i, os.urandom(1 << 20)) for i in range(34)] + SITE), 1))
    time.sleep(3)
    code, a, *_ = scan(HOME)
    said = [(s["path"], s["why"]) for s in a["skipped"]]
    ok(code == 3 and a["archives"] == 2 and names(a) == [] and any("2 archives were not looked into: big.tar.gz and so on (--full looks into large ones)" == w for _, w in said),
       "what is large or no archive is left and counted", a)
    code, b, *_ = scan(HOME)
    ok(b["archives"] == 0 and b["skipped"] == a["skipped"], "and said again from memory, word for word", b)
    code, c, *_ = scan("--full", HOME)
    ok(c["archives"] == 3 and names(c) == ["big.tar.gz!site/bad.php"] and code == 1, "--full looks into large ones", c)
    code, d, *_ = scan(HOME)
    ok(d["archives"] == 0 and names(d) == names(c) and code == 3, "which the next scan still knows", (code, d))
    put("ok.zip", zipped(SITE))
    code, e, *_ = scan(HOME)
    ok(e["archives"] == 1 and names(e) == ["big.tar.gz!site/bad.php", "ok.zip!site/bad.php"], "one that has changed is opened", e)
    # what a scan of all said within its limits is no answer to who asks for one
    clear()
    many = tarfile.TarInfo("x").tobuf() * 100100
    put("many.tar.gz", gzip.compress(many + tarred(SITE), 6))
    time.sleep(3)
    code, a, *_ = scan(HOME)
    code, b, *_ = scan(os.path.join(HOME, "many.tar.gz"))
    ok(names(a) == [] and names(b) == ["many.tar.gz!site/bad.php"], "one that is named is looked into again where a limit ended it", (a, b))
    code, c, *_ = scan(HOME)
    ok(code == 3 and c["skipped"] == a["skipped"] and c["archives"] == 0, "which leaves the memory of the whole as it was", c)
    # more on their way to the reader than one process of that user may hold descriptors
    clear()
    body = zipped([("%d.php" % i, BAD + b" // %d" % i) for i in range(100)])
    for i in range(100):
        put("%d.zip" % i, body)
    code, a, *_ = scan(HOME)
    ok(code == 1 and a["archives"] == 100 and len(a["findings"]) == 10000 and a["files"] == 100, "a hundred archives at once", (code, a["archives"], a["notes"]))
    # more than one row can hold
    clear()
    put("many.zip", zipped([("%d.php" % i, BAD + b" // %d" % i) for i in range(300)]))
    time.sleep(3)
    code, a, *_ = scan(HOME)
    code, b, *_ = scan(HOME)
    ok(len(names(a)) == 300 and names(a) == names(b) and a["findings"] == b["findings"] and b["archives"] == 0, "three hundred findings are remembered whole", (len(names(a)), len(names(b)), b["archives"]))


def named():
    clear()
    put("n.zip", zipped([("in.zip", zipped(SITE))]))
    path = os.path.join(HOME, "n.zip")
    check("an archive in an archive is counted", 0, [], "1 file in it is packed once more, and not unpacked: in.zip")
    check("which is no clean answer where it is named", 3, [], "1 file in it is packed once more", target=path)
    for name, body in (("a.rar", b"Rar!\x1a\x07\x00"), ("b.7z", b"7z\xbc\xaf\x27\x1c"), ("c.zip", b"none")):
        put(name, body)
        check("%s, named, is no clean answer" % name, 3, [], target=os.path.join(HOME, name))
    os.unlink(path)
    check("and beneath a folder they are counted", 0, [], "3 archives were not looked into: a.rar and so on")
    clear()
    put("big.zip", zipped([("r%d" % i, os.urandom(1 << 20)) for i in range(34)] + SITE, zipfile.ZIP_STORED))
    check("a large one that is named is opened", 1, ["big.zip!site/bad.php"], target=os.path.join(HOME, "big.zip"))


def broken():
    clear()
    body = bytearray(zipped(SITE))
    local, central = body.index(b"PK\3\4", 10), body.index(b"PK\1\2", body.index(b"PK\1\2") + 4)
    body[local + 6] |= 1
    body[central + 8] |= 1
    put("secret.zip", bytes(body))
    check("an encrypted member is told", 3, [], "1 file in it is encrypted, and not looked at: site/bad.php")
    clear()
    whole = zipped([("a.php", BAD)] + [("r%d" % i, os.urandom(5000)) for i in range(20)])
    put("cut.zip", whole[:60000])
    check("a zip without its end is read as far as it goes", 3, ["cut.zip!a.php"], "damaged")
    clear()
    whole = tarred([("a.php", BAD)] + [("r%d" % i, os.urandom(50000)) for i in range(20)], mode="w:gz")
    put("cut.tgz", whole[:600000])
    check("so is a tar.gz", 3, ["cut.tgz!a.php"], "damaged")
    put("cut.tgz", whole[:300000] + b"\xff" * 1000 + whole[301000:])
    check("and one that is damaged in the middle", 3, ["cut.tgz!a.php"], "damaged")
    clear()
    body = bytearray(zipped(SITE, zipfile.ZIP_STORED))
    at = body.index(b"eval")
    body[at:at + 4] = b"Eval"
    put("sum.zip", bytes(body))
    check("a wrong sum is told, and what is there is judged", 3, ["sum.zip!site/bad.php"], "damaged")
    clear()
    put("empty.zip", b"")
    put("none.zip", zipped([]))
    put("none.tar.gz", tarred([], mode="w:gz"))
    put("empty.gz", gzip.compress(b""))
    check("empty ones are clean", 0, [])
    clear()
    put("sizes.zip", lying(BAD, 7))
    put("more.zip", lying(BAD, 1 << 30))
    check("sizes that lie", 3, None, "damaged")


def lying(data, said):
    """Stored, with another size in both heads."""
    name = b"bad.php"
    crc = zlib.crc32(data)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 0x21, crc, said, said, len(name), 0) + name + data
    central = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 0x21, crc, said, said, len(name), 0, 0, 0, 0, 0, 0) + name
    return local + central + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local), 0)


def zip_of(files, behind=0, comment=b""):
    """A zip by hand: name, body, kind (mode), and what its own head says that the directory does not (how, sizes). BEHIND: bytes
    in front of it."""
    out, central = b"", b""
    for name, body, mode, *lie in files:
        data, at = zlib.compress(body, 9)[2:-4], len(out) + behind
        said = [8, 0x210000, zlib.crc32(body), len(data), len(body)]
        own = [lie[0], 0x210000, zlib.crc32(data), len(data), len(data)] if lie else said
        out += struct.pack("<4sHHHIIIIHH", b"PK\3\4", 20, 0, *own, len(name), 0) + name + data
        central += struct.pack("<4sHHHHIIIIHHHHHII", b"PK\1\2", 0x314, 20, 0, *said, len(name), 0, 0, 0, 0, mode << 16, at) + name
    return out + central + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(files), len(files), len(central), len(out) + behind, len(comment)) + comment


def disguised():
    """What other programs, PHP's above all, unpack or run, and libarchive passes over."""
    clear()
    put("link.zip", zip_of([(b"bad.php", BAD, 0o120777)]))
    check("a script that a zip calls a link", 1, ["link.zip!bad.php"])
    check("by name, too", 1, ["link.zip!bad.php"], target=os.path.join(HOME, "link.zip!bad.php"))
    for kind in (0o040755, 0o020644, 0o140644):
        clear()
        put("kind.zip", zip_of([(b"bad.php", BAD, kind)]))
        check("one that it calls a folder or device (%o)" % kind, 3, [], "called a folder or a device there, and not looked at: bad.php")
    good = zip_of([(b"ok.php", b"<?php echo 1;", 0o100644)])
    bad = zip_of([(b"bad.php", BAD, 0o100644)])
    elsewhere = bytearray(good + zip_of([(b"bad.php", BAD, 0o100644)], len(good)))
    struct.pack_into("<I", elsewhere, len(elsewhere) - 6, good.index(b"PK\1\2"))
    for text, body in (("a directory behind another", good + zip_of([(b"bad.php", BAD, 0o100644)], len(good), bytes(20000))),
                       ("a directory before the other, which old ones take", bad + zip_of([(b"ok.php", b"1", 0o100644)], len(bad))),
                       ("a directory in the other's comment", zip_of([(b"bad.php", BAD, 0o100644)], 0, good)),
                       ("a file whose two heads contradict each other", zip_of([(b"bad.php", BAD, 0o100644, 0)]))):
        clear()
        put("two.zip", body)
        check(text, 3, [], "other programs may find other files in it")
    clear()
    put("two.zip", bytes(elsewhere))
    check("one that is only readable for others", 3, [], "two.zip\tit is damaged")
    clear()
    put("one.zip", zip_of([(b"ok.php", b"<?php echo 1;", 0o100644), (b"d/", b"", 0o040755), (b"l", b"ok.php", 0o120777)], 0, b"made by hand"))
    put("front.zip", b"<?php __HALT_COMPILER(); ?>" + good)
    put("in.zip", zipped([("inner.zip", good), ("d/", b"")], zipfile.ZIP_STORED))
    check("honest ones, with a comment, and with one in it as it is", 0, [])
    # what only has an archive's name
    clear()
    script = b"<?php /*" + bytes(9 << 20) + b"*/" + BAD[5:]
    put("a.phar", script)
    check("a phar is run: its end counts", 3, [], "a.phar\tlarger than the limit, its end was not read")
    put("a.phar", zipped([("t", script)], zipfile.ZIP_STORED))
    check("be it a zip or not", 3, [], "a.phar\tlarger than the limit, its end was not read")
    clear()
    put("b.tar", script)
    time.sleep(3)
    for text in ("a large script by an archive's name", "and from memory"):
        code, answer, *_ = scan(HOME)
        ok(code == 3 and any(s["path"].endswith("b.tar") and "its end was not read" in s["why"] for s in answer["skipped"]), text, answer)
    put(".htaccess", b"AddHandler application/x-httpd-php .tar\n")
    check("who has archives run", 3, [".htaccess"])


def hostile_names():
    clear()
    odd = ["../../../etc/cron.d/x.php", "/etc/x.php", "e\x1b[31m\nx.php", "a!b.php", "-rf.php", "n" * 60000 + ".php", "."]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as t:
        for name in odd:
            info = tarfile.TarInfo(name)
            info.size = len(BAD)
            t.addfile(info, io.BytesIO(BAD))
    put("odd.tar", out.getvalue())
    body = zipped([("bb.php", BAD)])
    put("bytes.zip", body.replace(b"bb.php", b"\xff\xfe.php"))
    before = set(os.listdir(HOME))
    code, answer, *_ = scan(HOME, keep=False)
    ok(code == 1 and len(answer["findings"]) == len(odd) + 1 and set(os.listdir(HOME)) == before and not os.path.exists("/etc/x.php"),
       "names that lead elsewhere, that escape, that are no UTF-8: told, and nothing is written", (code, [n[:80] for n in names(answer)], answer["skipped"]))
    out = subprocess.run([SPAMTRAIL, "scan", "--plain", HOME], stdout=subprocess.PIPE).stdout
    ok(not any(b < 32 and b not in (9, 10) or b == 127 for b in out) and out.count(b"\nfinding") + out.startswith(b"finding") == len(odd) + 1,
       "each on one line, without a control byte", out[:300])
    out = subprocess.run([SPAMTRAIL, "scan", HOME], stdout=subprocess.PIPE).stdout
    ok(len(out) < 40000 and not any(b < 32 and b != 10 or b == 127 for b in out), "and the screen bounds them", len(out))
    clear()
    body = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
        info = tarfile.TarInfo("x%s.php" % kind.decode())
        info.type, info.linkname = kind, "/etc/passwd"
        body.append((info, b""))
    put("links.tar", tarred(body + SITE))
    check("links, devices and FIFOs in it are nothing to read", 1, ["links.tar!site/bad.php"])


def bombs():
    clear()
    member = gzip.compress(bytes(100 << 20), 9)
    put("zeros.gz", member * 100)
    check("ten gigabytes of zeros in one packed file", 0, [], "larger than the limit", seconds=2)
    put("zeros.gz", gzip.compress(bytes(1024) + BAD))
    check("a file that begins with zeros is no empty tar", 1, ["zeros.gz!zeros"])
    clear()
    info = tarfile.TarInfo("zeros")
    info.size = 100 * (100 << 20)
    put("zeros.tar.gz", gzip.compress(info.tobuf()) + member * 100 + gzip.compress(tarred(SITE)))
    check("and in a tar, where something lies behind them", 3, [], "it unpacks to more than the limit allows", seconds=5)
    clear()
    for i in range(12):
        put("z%d.tar.gz" % i, gzip.compress(info.tobuf()) + member * 100)
    check("twelve of those: the scan as a whole has its limit, and what lies behind 8 MiB of the others is not read", 3, [],
          "archives were not looked into", "larger than the limit, its end was not read", seconds=30)
    clear()
    kernel = zipped([("%d" % i, zipped([("zeros", bytes(4 << 20))])) for i in range(16)])
    put("42.zip", zipped([("%x.zip" % i, kernel) for i in range(16)]))
    check("zips in zips", 0, [], "16 files in it are packed once more, and not unpacked: 0.zip and so on")
    clear()
    n = 300000
    head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 0x21, 0, 0, 0, 7, 0)
    local = b"".join(head + b"%07x" % i for i in range(n))
    central = b"".join(struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 0x21, 0, 0, 0, 7, 0, 0, 0, 0, 0, 37 * i) + b"%07x" % i for i in range(n))
    put("many.zip", local + central + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 65535, 65535, len(central), len(local), 0))
    check("three hundred thousand names in a zip", 3, [], "more files are in it than the limit allows", seconds=8)
    clear()
    # each member's data is the next one's head, quoted, and all that follows; their sums are wrong
    local, central, n = zlib.compress(bytes(8 << 20), 9)[2:-4], b"", 500
    heads = []
    for i in reversed(range(n)):
        head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0x21, 0, len(local), 8 << 20, 5, 0) + b"%05d" % i
        heads.append((i, len(local)))
        local = (struct.pack("<BHH", 0, len(head), len(head) ^ 0xffff) if i else b"") + head + local
    for i, size in heads:
        at = len(local) - size - 35
        central += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0x21, 0, size, 8 << 20, 5, 0, 0, 0, 0, 0, at) + b"%05d" % i
    put("over.zip", local + central + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, n, n, len(central), len(local), 0))
    check("entries that lie over one another", 3, [], "it unpacks to more than the limit allows", seconds=8)
    clear()
    empty = tarfile.TarInfo("x").tobuf()
    put("million.tar.gz", gzip.compress(empty * 1000000, 6))
    check("a million entries in a tar.gz", 3, [], "more files are in it than the limit allows: not all of it was looked at, but the first 100000 entries", seconds=5)
    clear()
    info = tarfile.TarInfo("g")
    info.type = b"g"
    put("heads.tar.gz", gzip.compress(info.tobuf() * 1000000 + tarred(SITE), 6))
    put("other.zip", zipped(SITE))
    check("a million heads of heads: said, and the next archive is read", 3, ["other.zip!site/bad.php"], "heads.tar.gz\t", seconds=5)
    clear()
    body = BAD
    for _ in range(60):
        body = gzip.compress(body)
    put("deep.gz", body)
    check("gzip in gzip in gzip", 3, [], seconds=2)
    clear()
    # 32 terabytes of empty gzips, in three layers: libarchive does not come back from the first byte
    body = gzip.compress(b"", 9)
    for n in (800000, 200, 4000):
        body = gzip.compress(body * n, 9)
    put("layers.gz", body)
    check("layers of nothing (%d bytes)" % len(body), 3, [], "layers.gz\tit takes more time than the limit allows", seconds=17)
    clear()
    if shutil.which("tar"):
        with open(os.path.join(HOME, "bad.php"), "wb") as f:
            f.truncate(1 << 40)
            f.seek(1 << 20)
            f.write(BAD)
        subprocess.run(["tar", "-C", HOME, "-cSf", os.path.join(HOME, "sparse.tar"), "bad.php"])
        os.unlink(os.path.join(HOME, "bad.php"))
        check("a terabyte of hole in a tar", 3, ["sparse.tar!bad.php"], "larger than the limit", seconds=2)
        clear()
    put("slow.zip", zipped([("%d.php" % i, EVIL + b" // %d" % i) for i in range(2000)]))
    check("two thousand scripts that take all their steps", 3, None, "it takes more time than the limit allows", seconds=14)
    clear()
    body = b"".join(b"<?php $a%d = $b[%d];" % (i, i) for i in range(300000))
    put("xz.tar.xz", lzma.compress(tarred([("a.php", body[:7 << 20]), ("bad.php", BAD)]), preset=9))
    check("xz at its largest window", 1, ["xz.tar.xz!bad.php"], seconds=4)
    clear()


def helper_of(pid):
    """The helper that process PID has started, once it is there."""
    for _ in range(2000):
        for name in os.listdir("/proc"):
            try:
                with open("/proc/%s/stat" % name) as f:
                    head, rest = f.read().rsplit(")", 1)
                if head.endswith("(spamtrail-archi") and int(rest.split()[1]) == pid:
                    return int(name)
            except (OSError, IndexError):
                pass
        time.sleep(0.01)
    return 0


def deaths():
    global SPAMTRAIL
    clear()
    put("slow.zip", zipped([("%d.php" % i, EVIL + b" // %d" % i) for i in range(4000)]))
    slow = os.path.join(HOME, "slow.zip")
    p = subprocess.Popen([SPAMTRAIL, "scan", "--plain", slow], stdout=subprocess.PIPE)
    pid = helper_of(p.pid)
    os.kill(pid, signal.SIGKILL)
    out = p.communicate()[0].decode()
    ok(p.returncode == 3 and "slow.zip\tspamtrail-archive was ended by it" in out, "an archive that ends its reader is told", out)
    p = subprocess.Popen([SPAMTRAIL, "scan", "--plain", slow], stdout=subprocess.PIPE)
    pid = helper_of(p.pid)
    os.kill(p.pid, signal.SIGINT)
    out = p.communicate()[0].decode()
    ok(p.returncode == 3 and "interrupted" in out and not os.path.exists("/proc/%d" % pid), "Ctrl-C in the middle of one", out)
    # other readers, and none
    clear()
    for i in range(9):
        put("%d.zip" % i, zipped(SITE))
    real, SPAMTRAIL = SPAMTRAIL, os.path.join(sys.argv[2], "spamtrail")
    shutil.copy(real, SPAMTRAIL)
    check("without a reader they are counted", 0, [], "9 archives were not looked into: 0.zip and so on (spamtrail-archive is not installed)")
    other = SPAMTRAIL + "-archive"
    with open(other, "w") as f:
        f.write("#!/bin/sh\nhead -c 1 >/dev/null\n")
    os.chmod(other, 0o755)
    check("one that always ends is not started for ever", 3, [], "spamtrail-archive was ended by it", "ended by too many archives")
    put("next/0.zip", zipped(SITE))
    code, answer, *_ = scan(HOME, os.path.join(HOME, "next"), keep=False)
    ok(code == 3 and any(s["path"].endswith("next/0.zip") and "was ended by it" in s["why"] for s in answer["skipped"]),
       "whose archives end it does so for his own folder", answer)
    with open(other, "w") as f:
        f.write("#!/bin/sh\nexit 0\n")
    check("whether it was asked or not", 3, [], "spamtrail-archive ", "ended b")
    with open(other, "w") as f:
        f.write("#!/bin/sh\nhead -c 1 >/dev/null\nexit 3\n")
    check("one that ends for want of time says so", 3, [], "it takes more time than the limit allows")
    with open(other, "w") as f:
        f.write("#!%s\nimport socket, struct, sys\ns = socket.socket(fileno=0)\nwhile s.recv(1 << 20):\n    s.send(b'nonsense')\n" % sys.executable)
    check("nor one that speaks nonsense believed", 3, [], "spamtrail-archive was ended by it")
    SPAMTRAIL = real
    clear()


for part in () if __name__ != "__main__" else (kinds, settings, asked, remembered, named, broken, disguised, hostile_names, bombs, deaths):
    part()
