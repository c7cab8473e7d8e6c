<?php return; // want: clean
$text = $_POST['t'];
$coded = '';
for ($i = 0; $i < strlen($text); $i++)
	$coded .= '%' . dechex(ord($text[$i]));
echo '<a href="?find=', $coded, '">', htmlspecialchars(rawurldecode($coded)), '</a>';
$show = 'strtoupper';
echo $show('done');
