<?php return; // want: suspicious obfuscated php.names
$OO0OO0 = urldecode('%61%62%63%64%65%66'); $O0OO0O = $OO0OO0{4} . $OO0OO0{1}; $O0OO0O .= $OO0OO0{2} . $OO0OO0{3};
$OOO000 = $O0OO0O . $OO0OO0{0} . $O0OO0O{1} . $OO0OO0{5}; $O0O0O0 = 'OOO000';
