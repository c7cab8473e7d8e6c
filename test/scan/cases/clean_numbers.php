<?php return; // want: clean
$n = intval($_GET['n']); $m = (int) $_POST['m'];
system('nice -n ' . $n . ' uptime');
include 'page' . $m . '.php';
exec('convert ' . escapeshellarg($_GET['f']) . ' out.png');
