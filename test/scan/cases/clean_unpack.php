<?php return; // want: clean
/* What is unpacked is data. */
$rows = json_decode(gzinflate(base64_decode($_COOKIE['cart'])), true);
foreach ($rows as $row) {
	echo htmlspecialchars($row['name']);
}
