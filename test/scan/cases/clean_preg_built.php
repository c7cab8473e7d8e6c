<?php return; // want: clean
$words = preg_quote($_GET['words'], '/');
echo preg_replace('/(' . $words . ')/i', '<em>$1</em>', file_get_contents('page.html'));
echo preg_replace('#[\s' . $words . ']+#u', htmlspecialchars($_GET['with']), 'some text');
