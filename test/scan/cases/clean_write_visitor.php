<?php return; // want: clean
$line = $_SERVER['REMOTE_ADDR'] . ' voted for ' . (int) $_GET['choice'] . "\n";
file_put_contents('votes.txt', $line, FILE_APPEND);
header('Location: /thanks.html');
