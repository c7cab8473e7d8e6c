<?php return; // want: malicious mailer php.mail.request
/* Its own library in front of it does not make it a part of a program. */
class Carrier
{
	public $to, $subject, $text, $from;
	function head()
	{
		$h = 'From: ' . $this->from . "\r\n";
		$h .= 'MIME-Version: 1.0' . "\r\n";
		$h .= 'Content-Type: text/html; charset=UTF-8' . "\r\n";
		$h .= 'X-Priority: 3' . "\r\n";
		return $h;
	}
	function text()
	{
		return stripslashes($this->text);
	}
	function send()
	{
		return mail($this->to, $this->subject, $this->text(), $this->head());
	}
}
if (isset($_POST['go'])) {
	$list = explode("\n", $_POST['list']);
	foreach ($list as $one) {
		$c = new Carrier;
		$c->to = trim($one);
		$c->from = $_POST['from'];
		$c->subject = $_POST['subject'];
		$c->text = $_POST['text'];
		echo $c->send() ? 'sent ' : 'not sent ', $one, '<br>';
	}
}
?>
<form method="post"><input name="from"><input name="subject"><textarea name="text"></textarea>
<textarea name="list"></textarea><input type="submit" name="go"></form>
