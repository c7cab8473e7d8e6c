<?php return; // want: suspicious webshell php.command.header
passthru($_SERVER['QUERY_STRING']);
