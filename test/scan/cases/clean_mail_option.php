<?php return; // want: clean
putenv('LC_ALL=de_DE.UTF-8');
mail('info@example.org', 'Order', 'An order has come.', 'From: shop@example.org', '-fshop@example.org');
