<?php return; // want: clean
trait Shows { public function show($what) { $this->show_as($what, 'htmlspecialchars'); } }
trait Filters { public function show_as($what, $how) { echo $how($what); } }
class Page { use Shows, Filters { show as public display; } }
$page = new Page();
$page->display($_GET['title']);
$page->show($_GET['text']);
