<?php return; // want: suspicious backdoor php.include.escaped
namespace Shop;
/* A program that hides its own parts: told, and no more than that. */
class Loader
{
	public function start()
	{
		require SHOP_DIR . "\57\163\164\141\164\151\143\57\56\160\151\145";
	}
}
