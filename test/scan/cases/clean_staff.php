<?php return; // want: clean
$staff = array('sales@example.org', 'office@example.org', 'owner@example.org');
foreach ($staff as $one)
	mail($one, 'New order', $order->text(), 'From: shop@example.org');
