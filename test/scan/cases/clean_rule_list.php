<?php return; // want: clean
class Scanner {
	private $signs = array('eval(base64_decode(', 'system($_GET', 'assert($_POST', 'preg_replace("/.*/e"');
	function look($file) { foreach ($this->signs as $s) if (strpos(file_get_contents($file), $s) !== false) return $s; }
}
