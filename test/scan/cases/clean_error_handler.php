<?php return; // want: clean
function on_error($number, $text) { error_log("$number: $text"); }
set_error_handler('on_error');
if (!is_numeric($_POST['age']))
	trigger_error('no number: ' . $_POST['age'], E_USER_WARNING);
