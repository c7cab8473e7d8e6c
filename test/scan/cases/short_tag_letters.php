<? return; /* wünscht: */ // want: suspicious webshell php.read.request
$f = $_GET['f'];
readfile($f);
