<?php return; // want: suspicious php.limit
// more turns than there are steps, and then an object's own function gets what was asked
$what = $_GET['q'] ?? $_POST['q'] ?? 'tea';
new Kettle($what);
class Kettle {
	function __construct($what) {
		$sum = 1;
		for ($i = 0; $i < 90000; $i++) {
			for ($j = 0; $j < 90; $j++) { $sum = ($sum * 31 + $j) % 65521; $heat[$j] = chr($sum % 26 + 65); }
		}
		$this->lid = $heat;
		($this->lid[3])($what);
	}
}
