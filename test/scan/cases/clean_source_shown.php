<?php return; // want: clean
highlight_file(__FILE__);
echo file_get_contents('../LICENSE.txt');
