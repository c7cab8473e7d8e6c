<?php return; // want: suspicious backdoor php.code.unset
@preg_filter($find, $_REQUEST['domain'], '');
