<?php return; // want: clean
/* a cache of one page: its age is when it was made */
$cache = 'cache/front.html';
if (!file_exists($cache) || filemtime($cache) < time() - 600) {
	$page = '<h1>Today</h1><p>' . date('Y-m-d') . '</p>';
	file_put_contents($cache, $page);
	touch($cache);
	touch($cache, time());
}
readfile($cache);
