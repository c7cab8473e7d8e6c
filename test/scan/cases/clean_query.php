<?php return; // want: clean
parse_str('sort=%6eame&limit=20&find=a+b', $defaults);
parse_str((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_QUERY), $asked);
$asked += $defaults;
echo 'Sorted by ', htmlspecialchars($asked['sort']), ', ', (int) $asked['limit'], ' a page';
