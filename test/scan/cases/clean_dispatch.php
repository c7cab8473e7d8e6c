<?php return; // want: clean
$actions = array('list' => 'show_list', 'edit' => 'show_edit');
$do = isset($actions[$_GET['do']]) ? $actions[$_GET['do']] : 'show_list';
$do($_GET['id']);
function show_list($id) { echo (int) $id; }
function show_edit($id) { echo htmlspecialchars($id); }
