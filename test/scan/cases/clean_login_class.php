<?php return; // want: clean
/* asks another server whether a password is right, and notes who asked in its own log */
class Remote_Login {
	protected $server = 'https://login.example.org/check';
	public function check($name, $password) {
		$c = curl_init();
		curl_setopt($c, CURLOPT_URL, $this->server);
		curl_setopt($c, CURLOPT_POSTFIELDS, array('name' => $name, 'password' => $password));
		$answer = curl_exec($c);
		if ($answer !== 'yes') {
			error_log('refused: ' . $name . ' from ' . $_SERVER['REMOTE_ADDR']);
		}
		return $answer === 'yes';
	}
}
