<?php return; // want: suspicious dropper php.write.decoded
$names = array('menu.php', 'cache.php', 'common.php');
$text = base64_decode($argv[1] . 'aGVsbG8=');
foreach (glob('*') as $dir) {
	file_put_contents($dir . '/' . $names[array_rand($names)], $text);
}
