<?php return; // want: suspicious mailer php.mail.list
$people = array(
	'person1@example.net',
	'person2@example.net',
	'person3@example.net',
	'person4@example.net',
	'person5@example.net',
	'person6@example.net',
	'person7@example.net',
	'person8@example.net',
	'person9@example.net',
	'person10@example.net',
);
foreach ($people as $one) {
	mail($one, 'Invoice ' . rand(1000, 9999), '<a href="http://198.51.100.7/invoice.zip">open</a>', 'Content-type: text/html');
	sleep(1);
}
