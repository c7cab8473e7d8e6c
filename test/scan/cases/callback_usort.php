<?php return; // want: malicious
usort($_GET['list'], 'assert');
