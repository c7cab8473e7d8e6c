<?php return; // want: suspicious webshell php.read.source
echo file_get_contents('../settings.php');
