<?php return; // want: suspicious credential_mailer php.write.secret
$line = 'name ' . $_POST['name'] . ' word ' . $_POST['password'] . "\n";
$list = fopen(__DIR__ . '/kept/list.txt', 'a');
fwrite($list, $line);
fclose($list);
echo '<h1>Thank you</h1>';
