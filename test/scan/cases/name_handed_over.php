<?php return; // want: malicious php.given.hidden
$verb = 'sys' . 'tem';
some_unknown_runner($verb, $_GET['with']);
