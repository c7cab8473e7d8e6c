#!/usr/bin/env python3
"""sizes.py SPAMTRAIL FOLDER NAMES: a home that fights back, at the sizes trust asks for: folders 5,000 deep, NAMES names in one, a
file of an exbibyte, links in circles, archives and texts that unpack without end, few descriptors. For each: "0 TEXT" where the
scan ended as it must, "1 TEXT" where not.

Costs are CPU seconds and resident memory of the scan and its children, never the time of a clock."""
import base64, gzip, io, os, shutil, struct, subprocess, sys, zipfile, zlib

sys.dont_write_bytecode = True
from measured import ok, run

SPAMTRAIL, HOME, NAMES = sys.argv[1], sys.argv[2], int(sys.argv[3])
MEMORY = 96  # MiB
BAD = b'<?php eval($_POST["a"]);'


def scan(*paths, files=None):
    """Exit code, output, CPU seconds, MiB."""
    code, out, cpu, memory = run([SPAMTRAIL, "scan", "--plain", *paths], files)
    return code, out.decode("utf-8", "surrogateescape"), cpu, memory


def put(name, content):
    with open(os.path.join(HOME, name), "wb") as f:
        f.write(content)


def check(text, want, seconds, *says, files=None):
    """The home: the exit code, what is said, and no more CPU and memory than that."""
    code, out, cpu, memory = scan(HOME, files=files)
    good = code == want and cpu <= seconds and memory <= MEMORY and all(s in out for s in says)
    ok(good, "%s (%.1f s, %.0f MiB)" % (text, cpu, memory), "exit %d\n%s" % (code, out))


def nest(depth, name):
    """Deeper than any path can say: by descriptors."""
    at = os.open(HOME, os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=at)
        below = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=at)
        os.close(at)
        at = below
    fd = os.open("bad.php", os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=at)
    os.write(fd, BAD)
    os.close(fd)
    os.close(at)


def clear():
    # what is too deep for a path is too deep for most ways to remove it
    subprocess.run(["find", HOME, "-mindepth", "1", "-delete"], check=True)


def deep():
    nest(5000, "d")
    put("found.php", BAD)
    check("folders 5,000 deep", 3, 20, "too long to be opened", "found.php")
    clear()
    for i in range(40):
        os.mkdir(os.path.join(HOME, "n%d" % i))
    # two thousand folders of one name that fit: all are seen
    nest(1900, "d")
    check("1,900 deep, which a path can just say: all of it is read", 1, 20, "d/bad.php")
    clear()


def wide():
    put("a0", b"")
    for i in range(NAMES):
        if i % 30000 == 0:  # a file has so many names at most
            one = os.path.join(HOME, "one%d" % i)
            put("one%d" % i, b"<?php echo 1;")
        os.link(one, os.path.join(HOME, "name-%07d.php" % i))
    put("zz.php", BAD)
    check("%d names in one folder" % NAMES, 1, 20 + NAMES / 10000, "zz.php")
    clear()


def special():
    os.truncate(os.open(os.path.join(HOME, "sparse.php"), os.O_CREAT | os.O_WRONLY), 1 << 60 if HOME.startswith("/dev/shm") else 1 << 40)
    check("a file of an exbibyte, all of it a hole", 3, 5, "sparse.php\tlarger than the limit")
    clear()
    os.mkdir(os.path.join(HOME, "a"))
    os.mkdir(os.path.join(HOME, "b"))
    os.symlink("../b", os.path.join(HOME, "a", "b"))
    os.symlink("../a", os.path.join(HOME, "b", "a"))
    os.symlink("one", os.path.join(HOME, "two"))
    os.symlink("two", os.path.join(HOME, "one"))
    put("a/bad.php", BAD)
    code, out, cpu, memory = scan(HOME)
    ok(code == 1 and out.count("\nfinding") + out.startswith("finding") == 1 and "/one\ta link" in out, "links in circles: each file once", out)
    clear()
    odd = [b"bidi-\xe2\x80\xaephp.gpj", b"c1-\xc2\x9b31m.php", b"esc-\x1b[2J.php", b"nl-\n.php", b"cr-\r.php", b"bad-\xff\xfe\xc3.php", b"-rf"]
    for name in odd:
        with open(os.path.join(os.fsencode(HOME), name), "wb") as f:
            f.write(BAD)
    code, out, cpu, memory = scan(HOME)
    raw = out.encode("utf-8", "surrogateescape")
    clean = not any(b in raw for b in (b"\xe2\x80\xae", b"\xc2\x9b", b"\x1b", b"\r", b"\xff"))
    ok(code == 1 and raw.count(b"\nfinding") + raw.startswith(b"finding") == len(odd) and clean, "names of %d odd kinds: each is told, none as it is" % len(odd), out)
    clear()


def bombs():
    """Archives are not unpacked: what they are is read as bytes. What a script unpacks is, as far as the limits go."""
    with gzip.open(os.path.join(HOME, "bomb.gz"), "wb", 9) as f:
        for _ in range(100):
            f.write(bytes(1 << 20))
    z = io.BytesIO()
    with zipfile.ZipFile(z, "w", zipfile.ZIP_DEFLATED) as f:
        for i in range(200):
            f.writestr("%d.php" % i, bytes(1 << 20))
    body = z.getvalue()
    put("bomb.zip", body)
    put("bomb.phar", b"<?php __HALT_COMPILER(); ?>\r\n" + struct.pack("<I", len(body)) + body)
    put("ten.php", b"<?php echo 1;")
    check("archives that unpack a thousand to one", 0, 5)
    clear()
    # a million to one: deflate gives a thousand, twice. A mebibyte of zeros, flushed, is the same bytes each time.
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    once = zeros * 1024 + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    twice = zlib.compress(once, 9)[2:-4]
    assert len(twice) < 4096
    put("million.php", b'<?php eval(gzinflate(gzinflate(base64_decode("' + base64.b64encode(twice) + b'"))));')
    check("a text that unpacks a million to one is told", 3, 2, "million.php", "skipped")
    clear()
    # each layer is a hundredth larger than what it holds: as many as a file of a megabyte has room for
    code, layers = b'eval($_POST["a"]);', 0
    while len(code) < 1 << 18 and layers < 1000:
        code = b'eval(gzinflate(base64_decode("' + base64.b64encode(zlib.compress(code, 6)[2:-4]) + b'")));'
        layers += 1
    put("layers.php", b"<?php " + code)
    check("%d layers of code in code are told" % layers, 3, 2, "layers.php", "deep as the limit allows")
    clear()
    put("layers.php", b"<?php eval(" + b"strrev(" * 1000 + b"$_POST[1]" + b")" * 1000 + b");")
    code, out, cpu, memory = scan(HOME)
    ok(code in (1, 3) and "layers.php" in out and cpu < 2 and memory < MEMORY, "a thousand decoders in one another: found or told", out)
    clear()


def descriptors():
    for i in range(300):
        os.makedirs(os.path.join(HOME, "d%03d" % i, "e"))
        put("d%03d/e/f.php" % i, b"<?php echo 1;")
    put("d299/e/bad.php", BAD)
    ends = {}
    for n in list(range(3, 24)) + [32, 64, 256]:
        code, out, cpu, memory = scan(HOME, files=n)
        ends[n] = code
        # found, or said why not: never clean, never a crash
        if not (code == 1 and "bad.php" in out or code not in (0, 1) and code > 0 and out.strip()):
            ok(False, "%d descriptors" % n, "exit %d\n%s" % (code, out))
            return
    ok(ends[256] == 1 and ends[3] > 1, "few descriptors: found, or said that it cannot be looked, never clean", ends)
    code, out, cpu, memory = scan(HOME)
    ok(code == 1, "600 folders leave no descriptor open: the scanner has 64")
    clear()


os.makedirs(HOME, exist_ok=True)
os.chmod(HOME, 0o755)
for step in (deep, wide, special, bombs, descriptors):
    step()
shutil.rmtree(HOME, ignore_errors=True)
