<?php return; // want: clean
$to = 'info@example.org';
$body = "From: " . $_POST['name'] . "\n" . $_POST['message'];
if (filter_var($_POST['email'], FILTER_VALIDATE_EMAIL))
	mail($to, 'Contact', $body, 'Reply-To: ' . $_POST['email']);
