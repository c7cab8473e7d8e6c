<?php return; // want: clean
/* All fields are shown to the one who sent them, and kept nowhere. */
foreach ($_POST as $key => $value) {
	echo htmlspecialchars($key), ': ', htmlspecialchars($value), '<br>';
}
header('Location: settings.php');
