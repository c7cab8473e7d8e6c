<?php return; // want: suspicious backdoor php.call.loose
$f($_POST['a']);
