<?php return; // want: malicious backdoor php.code.request
array_map('assert', (array) $_REQUEST['v']);
