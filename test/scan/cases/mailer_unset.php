<?php return; // want: suspicious mailer php.mail.loose
if ($go) {
	foreach (explode("\n", $addresses) as $one)
		mail($one, $title, $words, "From: $sender");
}
