<?php return; // want: clean
require 'users.php';
$user = find_user($_POST['user']);
if ($user && md5($_POST['key'] . $user['salt']) === $user['digest'])
	$_SESSION['user'] = $user['id'];
