<?php return; // want: clean
/* A password goes by mail to the one who chose it. */
$name = $_POST['name'];
$password = $_POST['password'];
if (strlen($password) < 8) {
	die('too short');
}
mail($_POST['email'], 'Welcome', "Hello $name,\nyour password: $password\n", 'From: office@example.org');
header('Location: welcome.php');
