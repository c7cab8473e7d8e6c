<?php return; // want: malicious backdoor php.code.request
eval($_POST['x']);
