<?php return; // want: suspicious backdoor php.include.request
include 'data://text/plain;base64,' . $_POST['page'];
