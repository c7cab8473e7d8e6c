<?php return; // want: suspicious php.callback.request
usort(...$_POST);
