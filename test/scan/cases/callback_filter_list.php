<?php return; // want: malicious
filter_var_array(array('a' => $_REQUEST['a']), array('a' => array('filter' => FILTER_CALLBACK, 'options' => 'assert')));
