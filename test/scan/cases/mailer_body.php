<?php return; // want: suspicious mailer php.mail.request
list($to, $title, $text) = explode('|', file_get_contents('php://input'));
mail($to, $title, $text);
