<?php return; // want: suspicious backdoor php.include.request
include 'php://input';
