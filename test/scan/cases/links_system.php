<?php return; // want: suspicious webshell php.links.system
symlink('/', 'all.txt');
echo '<a href="all.txt">all</a>';
