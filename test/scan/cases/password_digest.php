<?php return; // want: suspicious backdoor php.password
if (md5($_REQUEST['key']) === '0cc175b9c0f1b6a831c399e269772661')
	echo disk_total_space('/');
