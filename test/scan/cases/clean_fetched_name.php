<?php return; // want: clean
require "settings.php";
class Feeds {
	function take($url) {
		$at = pathinfo(parse_url($url, PHP_URL_PATH));
		$file = __DIR__ . '/cache/' . md5($url) . '.' . ($at['extension'] == 'xml' ? 'xml' : 'txt');
		return file_put_contents($file, file_get_contents($url)) ? $file : false;
	}
}
$feeds = new Feeds;
$feeds->take('https://www.example.com/news/feed.xml');
echo pathinfo($_GET['page'], PATHINFO_FILENAME) === 'index' ? 'home' : 'page';
