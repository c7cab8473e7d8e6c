<?php return; // want: suspicious doorway php.read.request
/* The filter leaves what addresses and paths are made of. */
$name = preg_replace('/[^a-z0-9_.:\/]*/i', '', $_GET['file']);
if (strlen($name) && @readfile($name) == false) {
	print file_get_contents($name);
}
