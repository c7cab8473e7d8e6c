<?php return; // want: suspicious uploader php.upload
/* An upload without the function for uploads. */
if (isset($_FILES['u'])) {
	file_put_contents($_FILES['u']['name'], file_get_contents($_FILES['u']['tmp_name']));
}
