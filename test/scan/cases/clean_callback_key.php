<?php return; // want: clean
$list = array('first' => 1, $_REQUEST['second'] => 2);
uksort($list, 'strnatcasecmp');
$again = new ArrayObject($list);
$again->uksort(function ($a, $b) { return strlen($a) - strlen($b); });
echo count($again);
