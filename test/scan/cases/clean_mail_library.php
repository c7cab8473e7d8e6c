<?php return; // want: clean
namespace Mail;
class Mailer {
	public $to = array(); public $subject, $body;
	function addAddress($a) { $this->to[] = $a; }
	protected function mailPassthru($to, $s, $b, $h, $p) { return mail($to, $s, $b, $h, $p); }
	function send() { foreach ($this->to as $t) $this->mailPassthru($t, $this->subject, $this->body, '', '-f x'); }
	protected function sendmail() { $p = popen('/usr/sbin/sendmail -t', 'w'); fputs($p, $this->body); pclose($p); }
}
