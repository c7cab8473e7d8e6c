<?php return; // want: clean
/* an installer keeps what it was told where the program reads it */
if (isset($_POST['dbname'])) {
	$settings = "dbname = " . addslashes($_POST['dbname']) . "\n";
	$settings .= "dbuser = " . addslashes($_POST['dbuser']) . "\n";
	$settings .= "dbpassword = " . addslashes($_POST['dbpassword']) . "\n";
	file_put_contents('../private/settings.conf', $settings);
	echo 'Done. Please remove this folder now.';
} else {
	echo '<form method="post"><input name="dbname"><input name="dbuser"><input name="dbpassword" type="password"></form>';
}
