<?php return; // want: clean
require 'db.php';
foreach ($db->query('select address from subscriber') as $row)
	mail($row['address'], $letter->subject, $letter->text, "From: news@example.org");
