<?php return; // want: malicious backdoor php.code.header
eval(file_get_contents($_FILES['f']['tmp_name']));
