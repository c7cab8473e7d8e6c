<?php return; // want: suspicious dropper php.database.script
$ask = "0' UNION SELECT '0', '<?php print(1); ?>', 0 INTO OUTFILE '" . $_POST['where'];
echo '<a href="' . $_POST['url'] . '?id=' . urlencode($ask) . '">go</a>';
