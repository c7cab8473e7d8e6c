<?php return; // want: clean
require 'settings.php';
mysqli_query($db, "SELECT id, name FROM customers INTO OUTFILE '/var/backups/customers.csv' FIELDS TERMINATED BY ','");
echo 'The list of customers was written.';
