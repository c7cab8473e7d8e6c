<?php return; // want: clean
class Db { function exec($q) {} static function system($q) {} function eval_() {} }
$db = new Db(); $db->exec($_POST['q']); Db::system($_GET['q']); $redis->eval($_POST['script']);
function passthru_(){}
