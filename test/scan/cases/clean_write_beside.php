<?php return; // want: clean
$said = htmlspecialchars(trim($_POST['said']));
$f = fopen(dirname(__FILE__) . '/guests.txt', 'a');
fwrite($f, "$said\n");
fclose($f);
error_log('a guest was here: ' . $_SERVER['REMOTE_ADDR']);
