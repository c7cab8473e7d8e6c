<?php return; // want: malicious mailer php.mail.dialogue
class Talk {
	public $line;
	function to($one) { fputs($this->line, "RCPT TO:<" . $one . ">\r\n"); }
	function say($text) { fputs($this->line, $text); }
}
$talk = new Talk;
$talk->line = fsockopen('127.0.0.1', 25);
foreach (explode("\n", $_POST['people']) as $one) {
	$talk->to($one);
	$talk->say($_POST['text']);
}
