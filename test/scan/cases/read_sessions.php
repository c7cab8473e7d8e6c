<?php return; // want: suspicious webshell php.read.system
$d = opendir('/tmp');
while ($name = readdir($d))
	if (substr($name, 0, 5) == 'sess_')
		echo htmlspecialchars(implode('', file("/tmp/$name"))), '<br>';
