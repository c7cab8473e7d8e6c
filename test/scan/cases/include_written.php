<?php return; // want: suspicious php.include.request
file_put_contents('notes', $_GET['note']);
require 'notes';
