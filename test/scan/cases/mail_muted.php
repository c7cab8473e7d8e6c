<?php return; // want: suspicious mailer php.mail.muted
ini_set("mail.add_x_header", "0");
$name = 'sender' . rand(1, 9);
echo mail("someone@example.net", "Your parcel", "It waits at http://example.org/parcel", "From: $name@example.com");
