<?php return; // want: suspicious dropper php.write.program
$text = 'IyEvdXNyL2Jpbi9wZXJsCiMgcHJpbnRzIGEgbGluZSBhbmQgbGVhdmVzCnByaW50ICJoZWxsb1xuIjsK';
$f = fopen('/tmp/a.pl', 'w');
fwrite($f, base64_decode($text));
fclose($f);
