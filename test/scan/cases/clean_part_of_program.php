<?php return; // want: clean
require_once 'bootstrap.php';
$page = Request::current();
if (site_user_may($page, SITE_EDIT_FILES)) {
	$name = site_safe_path($_POST['name']);
	copy($_POST['from'], $name);
	unlink($_POST['old']);
	rename($_POST['a'], $_POST['b']);
	chmod($_POST['c'], 0644);
	file_put_contents($_POST['name'], $_POST['text']);
}
Theme::render('files', site_messages());
