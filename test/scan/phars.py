#!/usr/bin/env python3
"""phars.py SPAMTRAIL FOLDER: archives of PHP's own form, honest and hostile; says what archives.py says."""
import bz2, gzip, os, struct, sys, time, zlib

sys.dont_write_bytecode = True
from archives import BAD, HOME, check, clear, names, ok, put, scan, tarred, zipped

PLAIN, DEFLATED, BZIPPED = 0, 0x1000, 0x2000
STUB = b"<?php echo 'hello'; __HALT_COMPILER(); ?>\r\n"
GOOD = b"<?php echo 1;"


def deflated(body):
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    return z.compress(body) + z.flush()


PACK = {PLAIN: lambda body: body, DEFLATED: deflated, BZIPPED: bz2.compress}


def phar(files, how=DEFLATED, stub=STUB, lie=0, files_said=None, meta=b"", sizes={}):
    """LIE: so many bytes more of each than are there."""
    entries, bodies = b"", b""
    for name, body in files:
        packed = PACK[how](body)
        entries += struct.pack("<I", len(name)) + name + struct.pack("<IIIIII", sizes.get(name, len(body)), 1700000000, len(packed) + lie,
                                                                     zlib.crc32(body), 0o644 | how, len(meta)) + meta
        bodies += packed
    n = len(files) if files_said is None else files_said
    entries = struct.pack("<IHI", n, 0x11, 0) + struct.pack("<I", 5) + b"a.dat" + struct.pack("<I", len(meta)) + meta + entries
    return stub + struct.pack("<I", len(entries)) + entries + bodies


SITE = [(b"index.php", GOOD), (b"lib/", b""), (b"lib/bad.php", BAD)]


def kinds():
    clear()
    for how, name in ((DEFLATED, "a.phar"), (BZIPPED, "b.phar")):
        put(name, phar(SITE, how))
    put("meta.phar", phar(SITE, meta=b's:3:"abc";'))
    put("c.phar.gz", gzip.compress(phar(SITE)))
    put("d.phar", gzip.compress(phar(SITE)))
    put("e.jpg", phar(SITE, stub=b"\xff\xd8\xff\xe0JFIF" + bytes(64) + STUB))
    put("f.txt", phar(SITE, stub=b"__HALT_COMPILER();"))
    put("g.php", phar(SITE, stub=b"<?php include 'phar://' . __FILE__ . '/lib/bad.php'; __HALT_COMPILER();\n?>\n"))
    put("h", phar(SITE, stub=b"#!/usr/bin/env php\n" + STUB[:-2]))
    want = [n + "!lib/bad.php" for n in ("a.phar", "b.phar", "meta.phar", "c.phar.gz", "d.phar", "e.jpg", "f.txt", "g.php", "h")]
    code, answer, *_ = scan(HOME, keep=False)
    members = [f for f in names(answer) if "!" in f]
    ok(code == 1 and members == sorted(want), "what is packed in one is found, whatever it is called", (code, names(answer)))
    ok(answer["archives"] == 9 and {f["verdict"] for f in answer["findings"] if "!" in f["path"]} == {"suspicious"}, "as a suspicion", answer)
    put("plain.phar", phar(SITE, PLAIN))
    code, answer, *_ = scan(HOME, keep=False)
    ok("plain.phar" in names(answer) and "plain.phar!lib/bad.php" in names(answer), "what lies in it as it is, is also its own", names(answer))
    clear()
    put("a.phar", phar([SITE[0]]))
    put("b.phar", b"<?php echo 'none'; __HALT_COMPILER(); ?>\n")
    put("c.php", b"<?php $s = '__HALT_COMPILER();'; echo strlen($s) . 'a text that goes on for a while after that';")
    answer = check("clean ones are clean", 0, [])
    ok(answer["archives"] == 1 and answer["members"] == 1, "and what only has the words is none", answer)
    # PHP goes by the first end there is, by a zip's and by a tar's head before that
    clear()
    put("a.jpg", b"__HALT_COMPILER(); x" + phar(SITE))
    put("b.jpg", b"PK\3\4" + phar(SITE))
    put("c.tar", tarred([("x.phar", phar(SITE))]))
    put("d.zip", zipped([("x.phar", phar(SITE))], 0))
    check("what PHP does not open is not opened", 0, [], "1 file in it is packed once more, and not unpacked: x.phar")


def again():
    clear()
    put("e.jpg", phar(SITE))
    put("a.phar", phar(SITE))
    put("plain.txt", b"nothing")
    time.sleep(3)
    for text in ("found", "found again from memory, or anew"):
        code, answer, *_ = scan(HOME)
        ok(code == 1 and names(answer) == ["a.phar!lib/bad.php", "e.jpg!lib/bad.php"], text, (code, names(answer)))
    for name in ("e.jpg", "a.phar"):
        code, answer, *_ = scan("--explain", os.path.join(HOME, name) + "!lib/bad.php", keep=False)
        ok(code == 1 and names(answer) == [name + "!lib/bad.php"], "one of %s is shown alone" % name, (code, answer))
    for name in ("e.jpg!none.php", "plain.txt!a.php"):
        code, answer, *_ = scan(os.path.join(HOME, name), keep=False)
        ok(code == 3 and "no file of that name" in str(answer), "one that is not there is no clean answer: " + name, (code, answer))


def broken():
    clear()
    whole = phar(SITE)
    put("a.phar", whole[:-9])
    check("cut at its end: the beginning is read", 3, None, "a.phar\t1 file in it is damaged, and looked at only as far as can be read: lib/bad.php")
    put("a.phar", whole[:len(STUB) + 40])
    check("cut in its list: PHP has none", 0, [])
    put("a.phar", phar(SITE, lie=1 << 30))
    check("bytes that are not there", 3, None, "damaged")
    put("a.phar", phar(SITE, files_said=4))
    check("more files than there are: what comes before is read", 3, None, "it is damaged: not all of it was looked at, but the first 3 entries")
    put("a.phar", phar([SITE[0], (b"", BAD)]))
    check("a file without a name: PHP has none", 3, [], "it is damaged: not all of it was looked at, but the first 1 entry")
    put("a.phar", phar(SITE, files_said=1 << 30))
    check("a count that cannot be", 0, [])
    put("a.phar", phar(SITE, sizes={b"lib/bad.php": 5}))
    check("another size than it unpacks to", 3, ["a.phar!lib/bad.php"], "damaged")
    put("a.phar", phar([(b"\x1b[31m\n../../x.php", BAD), (b"n" * 9000, BAD)]))
    code, answer, *_ = scan(HOME, keep=False)
    ok(code == 1 and len(answer["findings"]) == 2, "names of every kind", (code, answer))


def bombs():
    clear()
    zeros = bytes(32 << 20)
    for how, name in ((DEFLATED, "a.phar"), (BZIPPED, "b.phar")):
        put(name, phar([(b"%d" % i, zeros) for i in range(4)], how))
    check("zeros: only the beginnings are unpacked", 0, [], "larger than the limit", seconds=5)
    clear()
    put("a.phar", phar([(b"%d" % i, bytes(8 << 20)) for i in range(100)] + SITE))
    check("what is unpacked has its limit", 3, [], "it unpacks to more than the limit allows", seconds=8)
    clear()
    put("a.phar", phar([(b"%d" % i, b"") for i in range(150000)]))
    check("so have its files", 3, [], "more files are in it than the limit allows", seconds=8)


for part in (kinds, again, broken, bombs):
    part()
