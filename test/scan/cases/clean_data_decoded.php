<?php return; // want: clean
$gif = base64_decode('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7AAAAAAAAAAAAAAAA');
header('Content-Type: image/gif');
echo $gif;
