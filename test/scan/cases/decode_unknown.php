<?php return; // want: suspicious obfuscated php.code.decoded
/* What the packed text is cannot be worked out, as a part of it lies elsewhere. */
$part = getenv('PART');
eval(gzinflate(base64_decode('c3RheQ' . $part)));
