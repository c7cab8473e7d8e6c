<?php return; // want: suspicious config php.write.directive
$h = fopen('.htaccess', 'w');
fwrite($h, "AddHandler application/x-httpd-php .txt\n");
fclose($h);
