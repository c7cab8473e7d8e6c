<?php return; // want: clean
foreach (array('_GET', '_POST') as $name)
	foreach ($$name as $key => $value)
		$fields[$key] = trim($value);
$show = 'htmlspecialchars';
echo $show($fields['name']);
