<?php return; // want: suspicious dropper php.touch
$f = '../site/settings.php';
$then = filemtime($f);
$text = str_replace("define('NO_EDITS', true);", '', file_get_contents($f));
file_put_contents($f, $text);
touch($f, $then);
