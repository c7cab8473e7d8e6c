<?php return; // want: suspicious backdoor php.listen
$s = socket_create(AF_INET, SOCK_STREAM, 0);
socket_bind($s, 0, 4000);
socket_listen($s);
while ($c = socket_accept($s)) {
	socket_write($c, 'hello');
}
