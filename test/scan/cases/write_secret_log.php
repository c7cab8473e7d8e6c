<?php return; // want: suspicious credential_mailer php.write.secret
$line = 'name ' . $_POST['name'] . ' word ' . $_POST['password'] . "\n";
file_put_contents('kept/visits.txt', $line, FILE_APPEND);
