<?php return; // want: clean
/* eval($_POST['x']); */
// system($_GET['x']);
# `$_GET[x]`
$doc = <<<'RAW'
eval($_POST['x']);
RAW;
