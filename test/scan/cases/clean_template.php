<?php return; // want: clean
class View { function render($file, $vars) { extract($vars); ob_start(); include $file; return ob_get_clean(); } }
$v = new View(); echo $v->render(__DIR__ . '/a.tpl.php', array('x' => 1));
