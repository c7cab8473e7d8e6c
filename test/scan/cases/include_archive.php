<?php return; // want: malicious backdoor php.include.picture
include('notes.zip');
