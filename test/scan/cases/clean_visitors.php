<?php return; // want: clean
/* A counter that knows browsers turns nobody away. */
$agent = $_SERVER['HTTP_USER_AGENT'];
$known = array('Firefox', 'Chrome', 'Safari', 'Opera', 'Edge', 'Konqueror', 'Lynx', 'Links', 'w3m', 'Dillo', 'Epiphany',
	'Galeon', 'Camino', 'Netscape', 'Mosaic', 'Vivaldi');
$is = 'another';
foreach ($known as $one) {
	if (strpos($agent, $one) !== false) {
		$is = $one;
	}
}
echo 'You use ', $is;
