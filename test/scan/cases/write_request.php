<?php return; // want: suspicious dropper php.write.request
file_put_contents($_POST['file'], $_POST['text']);
