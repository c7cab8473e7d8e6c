<?php return; // want: clean
$page = new DOMDocument;
$page->loadXML(file_get_contents('menu.xml'));
$page->documentElement->setAttribute('changed', date('c'));
$page->save('menu.xml');
$list = new SplFileObject('visits.csv', 'a');
$list->fwrite(date('c') . "\n");
