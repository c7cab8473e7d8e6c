<?php return; // want: suspicious mailer php.mail.piped
$p = popen("/usr/sbin/sendmail -t -i", "w");
fwrite($p, "To: " . $_POST["to"] . "\nSubject: " . $_POST["title"] . "\n\n" . $_POST["text"]);
pclose($p);
