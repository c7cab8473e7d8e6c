<?php return; // want: suspicious mailer php.mail.list
set_time_limit(0);
$text = implode('', file('letter.txt'));
foreach (file('people.txt') as $one) {
	mail(trim($one), 'Hello', $text);
	sleep(1);
}
