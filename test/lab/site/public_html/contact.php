<?php
// A contact form as there are thousands: a note to the owner, and "a copy to me", which is what makes it abusable.
$owner = get_current_user();
$from = $_POST['email'] ?? '';
$text = $_POST['message'] ?? '';
if ($from === '' || preg_match('/[\r\n]/', $from))
	exit("Please fill in the form.\n");
mail("$owner@$owner.test", 'Message from your site', $text, "Reply-To: $from");
if (!empty($_POST['copy']))
	mail($from, 'Copy of your message', $text, "From: noreply@$owner.test");
echo "Thank you.\n";
