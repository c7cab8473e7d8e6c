<?php return; // want: clean
$all = $_GET + $_POST + array('page' => 1);
echo 'Page ', (int) $all['page'], ' of ', $all['page'] + 10;
$show = 'htmlspecialchars';
echo $show($all['name']);
