<?php return; // want: suspicious credential_mailer php.write.fields
$h = fopen('seen.txt', 'a');
foreach ($_POST as $k => $v) {
	fwrite($h, $k . '=' . $v . "\n");
}
fclose($h);
header('Location: https://www.example.com/login');
