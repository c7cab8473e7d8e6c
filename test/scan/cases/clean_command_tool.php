<?php return; // want: clean
require 'settings.php';
$name = tempnam(CACHE_FOLDER, 'picture');
file_put_contents($name, base64_decode($_POST['picture']));
exec('convert ' . escapeshellarg($name) . ' -resize 200x200 ' . escapeshellarg($name . '.small'), $lines, $failed);
echo $failed ? 'That is no picture.' : 'Thank you.';
