<?php return; // want: malicious backdoor php.given.request
$text = urlencode($_REQUEST['word']);
$yaml = <<<END
greeting: !{$text} "|.+|e"
END;
$parsed = yaml_parse($yaml, 0, $n, array("!{$_REQUEST['word']}" => 'preg_replace'));
