<?php return; // want: clean
class Page {
	private $set = array();
	function __get($name) { return isset($this->set[$name]) ? $this->set[$name] : ''; }
	function __set($name, $value) { $this->set[$name] = htmlspecialchars($value); }
	function __call($name, $with) { return strtoupper($name) . ' ' . implode(' ', $with); }
	function __toString() { return "<h1>$this->title</h1>" . $this->line(1, 2); }
	function each() { foreach ($this->set as $name => $value) yield $name => $value; }
}
$page = new Page;
$page->title = $_GET['title'];
$name = 'x';
$last = &$name;
foreach ($page->each() as $name => $value)
	echo $last, $value;
eval('echo $page . ' . "'';");
