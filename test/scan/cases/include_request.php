<?php return; // want: suspicious backdoor php.include.request
include $_GET['page'];
