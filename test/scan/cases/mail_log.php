<?php return; // want: suspicious webshell php.command.option
mail('a@example.org', 'a', 'b', '', '-OQueueDirectory=/tmp -X/var/www/page.php');
