<?php return; // want: suspicious doorway php.cloak
$host = gethostbyaddr($_SERVER['REMOTE_ADDR']);
$words = array('one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve',
	'thirteen', 'fourteen', 'fifteen', 'sixteen');
foreach ($words as $word) {
	if (substr_count($host, $word) > 0) {
		header('HTTP/1.0 404 Not Found');
		die('Not Found');
	}
}
