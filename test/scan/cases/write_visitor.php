<?php return; // want: suspicious credential_mailer php.write.visitor
header('Location: https://www.example.com/login');
$line = $_SERVER['REMOTE_ADDR'] . ' ' . $_GET['c'] . "\n";
$f = fopen('log.txt', 'a');
fwrite($f, $line);
