<?php return; // want: suspicious backdoor php.unlink.self
touch('x'); unlink(__FILE__);
