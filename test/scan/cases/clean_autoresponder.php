<?php return; // want: clean
$name = htmlspecialchars($_POST['name']);
$from = filter_var($_POST['email'], FILTER_VALIDATE_EMAIL);
if ($from) {
	mail('office@example.org', 'Contact form', "From: $name <$from>\n\n" . $_POST['message']);
	mail($from, 'We have your message', "Dear $name,\n\nthank you for your message. We will answer soon.\n");
	header('Location: thanks.html');
}
