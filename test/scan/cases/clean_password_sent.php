<?php return; // want: clean
include 'settings.php';
$text = "Your new account\nName: " . $_POST['user'] . "\nPassword: " . $_POST['password'] . "\n";
mail($_POST['email'], 'Welcome', $text, $headers);
