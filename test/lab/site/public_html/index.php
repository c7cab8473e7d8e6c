<?php echo "Welcome to ", $_SERVER['HTTP_HOST'], "\n";
