<?php return; // want: clean
/* What is left of the request's text is a name in this folder. */
$name = preg_replace('/[^a-z0-9_.]*/i', '', $_GET['file']);
if (strlen($name) && file_exists($name) && @readfile($name) == false) {
	print file_get_contents($name);
}
