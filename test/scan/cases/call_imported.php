<?php return; // want: suspicious backdoor php.call.stranger
/* Fields become variables, and a name out of a comment nobody reads is called with the last of them. */
foreach (array('_POST', '_GET') as $all) {
	foreach ($$all as $key => $value) {
		$$key = $value;
	}
}
$name = base64_decode('bm90aGluZ19rbm93bg==');
$name($value);
