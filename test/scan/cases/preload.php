<?php return; // want: suspicious webshell php.command.option
putenv('LD_PRELOAD=/tmp/x.so');
mail('', '', '', '');
