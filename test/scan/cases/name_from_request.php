<?php return; // want: malicious backdoor php.call.request
$_GET['f']($_GET['a']);
