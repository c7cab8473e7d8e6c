# lib.sh - a made-up server's tree and the actor beside a driver; sourced by the suites that act.
: "${BUILD:=$PWD/build}"
tests=0 bad=0
ok() { # STATUS TEXT
	tests=$((tests + 1))
	[ "$1" = 0 ] && echo "ok $tests - $2" && return
	bad=$((bad + 1))
	echo "not ok $tests - $2"
}
skip() { # WHY: nothing of this suite can run
	echo "1..0 # SKIP $1"
	echo "ok 1 # SKIP $1"
	exit 0
}
[ "$(id -u)" = 0 ] || skip "only root can act"
for p in spamtrail-act test/act/act-driver test/act/act-tree test/act/act-attack test/act/act-killat; do
	[ -x "$BUILD/$p" ] || { echo "not ok 1 - $BUILD/$p is not built"; exit 66; }
done
T=$(mktemp -d "${TMPDIR:-/tmp}/spamtrail-act.XXXXXX") || exit 70
trap 'rm -rf "$T"' EXIT
trap 'exit 130' INT TERM
export LC_ALL=C
umask 022
chmod 755 "$T"
mkdir "$T/bin"
cp "$BUILD/spamtrail-act" "$BUILD/test/act/act-driver" "$BUILD/test/act/act-tree" "$BUILD/test/act/act-attack" "$BUILD/test/act/act-killat" "$T/bin"
tree() { "$T/bin/act-tree" show "$1"; }

server() { # DIR: a root with one account, in DIR/root; its state in DIR/state
	rm -rf "$1"
	mkdir -p "$1/root/home/alice/www" "$1/root/etc/postfix" "$1/state" "$1/outside"
	chmod 700 "$1/state"
	printf 'root:x:0:0::/root:/bin/sh\npostfix:x:2090:2090::/:/bin/false\nalice:x:2001:2001::/home/alice:/bin/sh\n' >"$1/root/etc/passwd"
	echo '<?php mail(); ?>' >"$1/root/home/alice/www/x.php"
	echo 'a quiet file' >"$1/root/home/alice/www/quiet.php"
	mkdir "$1/root/home/alice/up"
	echo 'a loose file' >"$1/root/home/alice/up/loose.php"
	chmod 777 "$1/root/home/alice/up"
	chmod 666 "$1/root/home/alice/up/loose.php"
	printf 'one = 1\ntwo = 2\nthree = 3\n' >"$1/root/etc/postfix/main.cf"
	cp "$1/root/etc/postfix/main.cf" "$1/old"
	printf 'one = 1\ntwo = 2\n  alice\nthree = 3\n' >"$1/new"
	echo 'alice HOLD' >"$1/list"
	chown -R 2001:2001 "$1/root/home/alice"
	touch -d '2024-02-03 04:05:06.123456789' "$1/root/home/alice/www/x.php" "$1/root/home/alice/www/quiet.php"
	touch -d '2024-02-03 04:05:07.987654321' "$1/root/home/alice/www" "$1/root/etc/postfix" "$1/root/etc/postfix/main.cf"
}

drive() { "$T/bin/act-driver" "$1/state" "$1/root"; } # DIR, lines on standard input

# One action of each kind that moves or changes files, and at the end one that changes many.
five() { # DIR
	printf 'incident\t1123a\n'
	printf 'hold\t2001\t/home/alice\t/home/alice/www/x.php\n'
	printf 'edit\t-\t/\t/etc/postfix/main.cf\t%s\t%s\n' "$1/old" "$1/new"
	printf 'make\t-\t/\t/etc/postfix/list\t%s\t644\n' "$1/list"
	printf 'modes\t2001\t/home/alice\t000 www/quiet.php\n'
	printf 'put\t2001\t/home/alice\t/home/alice/www/x.php\t%s\t644\n' "$1/list"
	printf 'modes\t2001\t/home/alice\t755 up\t644 up/loose.php\t644 www/x.php\n'
}

# The actor behind a stand-in that starts it as $T/inject says: "kill N" before its Nth system call, or strace's options.
killable() {
	mv "$T/bin/spamtrail-act" "$T/bin/real"
	cat >"$T/bin/spamtrail-act" <<-END
	#!/bin/sh
	[ -s $T/inject ] || exec $T/bin/real
	read -r how what <$T/inject
	[ "\$how" != kill ] || exec $T/bin/act-killat "\$what" $T/trace $T/bin/real
	[ "\$how" != before ] || exec $T/bin/act-killat \$what $T/bin/real
	exec strace -qq -o /dev/null \$how \$what $T/bin/real
	END
	chmod 755 "$T/bin/spamtrail-act"
	calm
}
kill_at() { echo "kill $1" >"$T/inject"; }
before_call() { echo "before $1 $2" >"$T/inject"; } # the first CALL waits until PROGRAM has ended
calmed() { mv "$T/bin/real" "$T/bin/spamtrail-act"; } # as if killable had not been
calm() { : >"$T/inject"; }
# The loader's calls are the same in every run and change nothing: from the first message on.
first_call() { awk '/recvmsg/ { print NR; exit }' "$T/trace"; }
