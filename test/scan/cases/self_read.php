<?php return; // want: suspicious obfuscated php.code.self
$all = file_get_contents(__FILE__);
eval(substr($all, 200));
