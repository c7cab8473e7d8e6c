<?php return; // want: malicious mailer php.mail.request
$list = explode("\n", $_POST['emails']);
foreach ($list as $to) {
	$head = "From: " . $_POST['name'] . " <" . $_POST['from'] . ">\r\n";
	mail(trim($to), $_POST['subject'], stripslashes($_POST['message']), $head);
	flush();
}
