<?php return; // want: malicious obfuscated php.code.built
/* A cipher of its own: the text stands nowhere in the file. */
function turn($s, $k)
{
	$t = '';
	for ($i = 0; $i < strlen($s); $i++) {
		$t .= chr((ord($s[$i]) + $k) % 256);
	}
	return $t;
}
eval(turn("dbgn!#ifmmp-!j!bn!b!ufyu!uibu!jt!opu!ifsf#<", 255));
