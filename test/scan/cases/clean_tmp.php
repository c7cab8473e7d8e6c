<?php return; // want: clean
require 'settings.php';
foreach (glob('/tmp/shop-*.cache') as $name)
	if (filemtime($name) < time() - 3600)
		unlink($name);
