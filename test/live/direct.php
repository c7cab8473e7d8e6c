<?php
// direct.php - holds connections open: direct.php PORT ADDRESS...
$open = [];
foreach (array_slice($argv, 2) as $ip)
	$open[] = fsockopen($ip, (int) $argv[1], $e, $text, 5);
sleep(600);
