<?php return; // want: clean
function letters_of($input) {
	$out = '';
	$v = 0;
	$bits = 0;
	for ($i = 0, $n = strlen($input); $i < $n; $i++) {
		$v <<= 5;
		$v += $input[$i] >= 'A' ? ord($input[$i]) - 65 : 24 + $input[$i];
		$bits += 5;
		while ($bits >= 8) {
			$bits -= 8;
			$out .= chr($v >> $bits);
			$v &= (1 << $bits) - 1;
		}
	}
	return $out;
}
$sum = hash_hmac('sha1', pack('N*', 0, floor(time() / 30)), letters_of('MEQHGZLDOJSXIIDPMYQHI53PEBTGCY3UN5ZHG'), true);
echo $_POST['code'] === substr(bin2hex($sum), -6) ? 'yes' : 'no';
