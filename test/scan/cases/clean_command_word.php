<?php return; // want: clean
/* one word of the visitor's, behind a program that is fixed */
$word = escapeshellarg($_GET['word']);
$lines = array();
exec('/usr/bin/look ' . $word, $lines);
foreach ($lines as $line) {
	echo htmlspecialchars($line), "<br>\n";
}
if (count($lines) == 0) {
	echo '<p>No word begins like this.</p>';
}
echo '<form method="get"><input name="word"><input type="submit" value="Look"></form>';
echo '<p>Words are those of the dictionary of this server, and nothing is kept of what is asked.</p>';
echo '<ul><li>one word at a time</li><li>capitals do not matter</li><li>no more than a hundred lines</li></ul>';
$limit = 100;
while (count($lines) > $limit) {
	array_pop($lines);
}
$first = '';
foreach ($lines as $line) {
	if ($line[0] != $first) {
		$first = $line[0];
		echo '<h2>', htmlspecialchars($first), '</h2>';
	}
	if (strlen($line) > 20) {
		echo '<p>A long one.</p>';
	}
}
