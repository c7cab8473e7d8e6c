<?php
// load.php - run inside the lab: N requests, RATE a second, to 20 sites in an order that looks random and is always the same.
// Site k gets more than site k-1, so that mail given to the wrong one shows. Prints "site count" lines.
[$me, $n, $rate] = $argv;
$sent = array_fill(1, 20, 0);
mt_srand(3);
$open = [];
$start = microtime(true);
for ($i = 0; $i < $n; $i++) {
	$site = (int) (20 * sqrt((mt_rand(0, 99999) + 0.5) / 100000)) + 1;
	$due = $start + $i / $rate;
	if (($wait = $due - microtime(true)) > 0)
		usleep((int) ($wait * 1e6));
	$name = sprintf('site%02d', $site);
	$s = fsockopen('127.0.0.1', 80);
	fwrite($s, "GET /plugins/form/mail.php?to=u$i@ok.test&subject=$name HTTP/1.0\r\nHost: $name.test\r\n\r\n");
	$open[] = $s;
	if (count($open) > 40)
		check(array_shift($open));
	$sent[$site]++;
}
foreach ($open as $s)
	check($s);
foreach ($sent as $site => $count)
	printf("site%02d %d\n", $site, $count);

function check($s)
{
	if (!str_ends_with(stream_get_contents($s), "\r\n\r\nsent"))
		fwrite(STDERR, "a mail was not sent\n");
}
