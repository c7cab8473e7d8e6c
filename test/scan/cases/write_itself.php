<?php return; // want: suspicious dropper php.write.script
$said = trim($_POST['said']);
$f = fopen(__FILE__, 'a');
fwrite($f, '<pre>' . $said . '</pre>');
fclose($f);
