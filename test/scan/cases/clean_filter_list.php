<?php return; // want: clean
$in = filter_var_array($_POST, array('age' => FILTER_VALIDATE_INT, 'name' => array('filter' => FILTER_CALLBACK, 'options' => 'trim')));
echo (int) $in['age'], htmlspecialchars($in['name']);
