<?php return; // want: malicious backdoor php.include.picture
@include dirname(__FILE__) . '/images/logo.png';
