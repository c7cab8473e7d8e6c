<?php return; // want: malicious backdoor php.code.request
$text = 'echo 1;';
$same = &$text;
$text = $_POST['t'];
eval($same);
