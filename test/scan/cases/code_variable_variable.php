<?php return; // want: malicious backdoor php.code.request
$name = '_' . strtoupper('post');
assert(${$name}['k']);
