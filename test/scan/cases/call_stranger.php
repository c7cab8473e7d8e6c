<?php return; // want: suspicious backdoor php.call.stranger
/* A name that was changed on its way names nothing, but it is called with a request's text. */
$f = chr(ord('t') ^ 1) . 'xtsem_';
$f($_POST['a']);
