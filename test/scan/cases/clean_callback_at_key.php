<?php return; // want: clean
$tag = isset($_GET['tag']) ? preg_replace('/[^a-z]/', '', $_GET['tag']) : 'date';
$parsed = yaml_parse($_POST['yaml'], 0, $n, array("!$tag" => 'strtotime', '!upper' => 'strtoupper'));
echo count($parsed);
